@NullMarked
package dev.evenkeel.server.access;

import org.jspecify.annotations.NullMarked;
