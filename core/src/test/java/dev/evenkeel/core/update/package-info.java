@NullMarked
package dev.evenkeel.core.update;

import org.jspecify.annotations.NullMarked;
