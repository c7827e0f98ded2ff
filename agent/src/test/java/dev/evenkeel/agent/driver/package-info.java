@NullMarked
package dev.evenkeel.agent.driver;

import org.jspecify.annotations.NullMarked;
