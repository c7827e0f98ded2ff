/**
 * The one loop: observe, decide, commit, act, observe. Here live the vocabulary that deciders and stores share and the
 * engine that drives them; no rule about hosts or rollouts, no thread, no clock of its own. Events come from agents,
 * people and timers; effects leave through {@link dev.evenkeel.core.engine.EffectSink} after the commit.
 */
@NullMarked
package dev.evenkeel.core.engine;

import org.jspecify.annotations.NullMarked;
