@NullMarked
package dev.evenkeel.agent.migrate;

import org.jspecify.annotations.NullMarked;
