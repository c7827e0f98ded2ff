@NullMarked
package dev.evenkeel.bench;

import org.jspecify.annotations.NullMarked;
