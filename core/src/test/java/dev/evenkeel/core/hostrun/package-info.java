@NullMarked
package dev.evenkeel.core.hostrun;

import org.jspecify.annotations.NullMarked;
