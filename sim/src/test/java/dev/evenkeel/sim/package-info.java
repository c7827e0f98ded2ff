@NullMarked
package dev.evenkeel.sim;

import org.jspecify.annotations.NullMarked;
