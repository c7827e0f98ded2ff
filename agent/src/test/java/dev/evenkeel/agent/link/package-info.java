@NullMarked
package dev.evenkeel.agent.link;

import org.jspecify.annotations.NullMarked;
