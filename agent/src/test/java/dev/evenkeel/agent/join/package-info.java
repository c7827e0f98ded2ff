@NullMarked
package dev.evenkeel.agent.join;

import org.jspecify.annotations.NullMarked;
