@NullMarked
package dev.evenkeel.store;

import org.jspecify.annotations.NullMarked;
