@NullMarked
package dev.evenkeel.agent.preserve;

import org.jspecify.annotations.NullMarked;
