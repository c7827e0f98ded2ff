@NullMarked
package dev.evenkeel.core.fleet;

import org.jspecify.annotations.NullMarked;
