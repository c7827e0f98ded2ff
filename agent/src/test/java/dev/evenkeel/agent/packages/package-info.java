@NullMarked
package dev.evenkeel.agent.packages;

import org.jspecify.annotations.NullMarked;
