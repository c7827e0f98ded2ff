/**
 * The journey of one host through one rollout, evacuation or single move: its states and its decider. Nothing of many
 * hosts at once lives here. Events come from the engine; effects go to the host's agent through the engine.
 */
@NullMarked
package dev.evenkeel.core.hostrun;

import org.jspecify.annotations.NullMarked;
