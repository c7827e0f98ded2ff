@NullMarked
package dev.evenkeel.agent.execute;

import org.jspecify.annotations.NullMarked;
