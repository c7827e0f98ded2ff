@NullMarked
package dev.evenkeel.core.engine;

import org.jspecify.annotations.NullMarked;
