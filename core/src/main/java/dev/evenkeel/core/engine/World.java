package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.impact.PauseModel;
import java.time.Instant;

/** All that a decider may know besides the run and the event. */
public record World(Instant now, Fleet fleet, PauseModel pauses) {}
