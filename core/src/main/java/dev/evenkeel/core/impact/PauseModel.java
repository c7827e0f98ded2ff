package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Vm;
import java.time.Duration;

/** Forecasts what a move, a hand-over, a change of the kernel or a restart costs. */
@FunctionalInterface
public interface PauseModel {
    /** What is said of a restart before any was seen: a guest's way down, an update, and some. */
    Duration RESTART = Duration.ofMinutes(5);

    /** The forecast of a live migration of {@code vm} between two hosts; its impact is a pause. */
    VmForecast move(Vm vm, Host from, Host to);

    /** What is said of a hand-over before any was seen, and how long it takes in all. */
    Duration HAND_OVER = Duration.ofMillis(50);

    Duration HAND_OVER_TOTAL = Duration.ofSeconds(5);

    /** The forecast of giving {@code vm} a new VMM process on its host; its impact is a pause, whatever its memory. */
    default VmForecast handOver(Vm vm, Host host) {
        return new VmForecast(vm.id(), host.id(), new Impact.Pause(HAND_OVER), HAND_OVER_TOTAL);
    }

    /** What is said of a change of the host's kernel before any was seen: a computer's way from kexec to its daemons. */
    Duration SWITCH_KERNEL = Duration.ofSeconds(10);

    Duration SWITCH_KERNEL_TOTAL = Duration.ofSeconds(60);

    /** The forecast of keeping {@code vm} in memory while its host starts another kernel; its impact is a pause. */
    default VmForecast switchKernel(Vm vm, Host host) {
        return new VmForecast(vm.id(), host.id(), new Impact.Pause(SWITCH_KERNEL), SWITCH_KERNEL_TOTAL);
    }

    /** How long a VM is out of service when it is restarted on its host for an update. */
    default Duration restart() {
        return RESTART;
    }
}
