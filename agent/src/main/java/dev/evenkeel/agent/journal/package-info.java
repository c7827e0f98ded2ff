/**
 * What the agent remembers over its own death: which effects it has begun and how they ended. No effect is carried out
 * here. Orders are written before they start and outcomes after they are known, each flushed to disk; the executor asks
 * before it does anything, and the link asks what the server has not heard yet.
 */
@NullMarked
package dev.evenkeel.agent.journal;

import org.jspecify.annotations.NullMarked;
