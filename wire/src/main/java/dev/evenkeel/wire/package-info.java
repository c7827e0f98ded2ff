@NullMarked
package dev.evenkeel.wire;

import org.jspecify.annotations.NullMarked;
