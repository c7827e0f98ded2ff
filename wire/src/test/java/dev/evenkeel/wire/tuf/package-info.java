@NullMarked
package dev.evenkeel.wire.tuf;

import org.jspecify.annotations.NullMarked;
