@NullMarked
package dev.evenkeel.core.placement;

import org.jspecify.annotations.NullMarked;
