@NullMarked
package dev.evenkeel.agent.trust;

import org.jspecify.annotations.NullMarked;
