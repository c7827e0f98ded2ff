@NullMarked
package dev.evenkeel.core.rollout;

import org.jspecify.annotations.NullMarked;
