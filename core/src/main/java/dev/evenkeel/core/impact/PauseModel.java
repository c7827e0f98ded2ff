package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Vm;
import java.time.Duration;

/** Forecasts what a move or a restart costs. */
@FunctionalInterface
public interface PauseModel {
    /** What is said of a restart before any was seen: a guest's way down, an update, and some. */
    Duration RESTART = Duration.ofMinutes(5);

    /** The forecast of a live migration of {@code vm} between two hosts; its impact is a pause. */
    VmForecast move(Vm vm, Host from, Host to);

    /** How long a VM is out of service when it is restarted on its host for an update. */
    default Duration restart() {
        return RESTART;
    }
}
