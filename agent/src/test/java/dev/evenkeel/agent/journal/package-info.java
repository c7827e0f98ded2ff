@NullMarked
package dev.evenkeel.agent.journal;

import org.jspecify.annotations.NullMarked;
