@NullMarked
package dev.evenkeel.server.catalogue;

import org.jspecify.annotations.NullMarked;
