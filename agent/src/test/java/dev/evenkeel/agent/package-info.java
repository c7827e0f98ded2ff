@NullMarked
package dev.evenkeel.agent;

import org.jspecify.annotations.NullMarked;
