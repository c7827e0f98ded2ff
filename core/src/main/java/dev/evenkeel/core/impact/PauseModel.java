package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Vm;

/** Forecasts what a move costs. */
@FunctionalInterface
public interface PauseModel {
    /** The forecast of a live migration of {@code vm} between two hosts; its impact is a pause. */
    VmForecast move(Vm vm, Host from, Host to);
}
