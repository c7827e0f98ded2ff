@NullMarked
package dev.evenkeel.core.exempt;

import org.jspecify.annotations.NullMarked;
