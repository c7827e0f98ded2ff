@NullMarked
package dev.evenkeel.core;

import org.jspecify.annotations.NullMarked;
