package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * VMs that a run may not touch, whatever it does. One on the host keeps it from beginning; one that is found when it has
 * begun is stuck where it is, like one that can't be moved.
 */
final class Exempt {
    private Exempt() {}

    /** Why the run may not touch a VM now, or null when it may; what nobody feels or its owner has ordered, it may. */
    static @Nullable Refusal why(HostRun run, Vm vm, World world) {
        boolean ordered = run.purpose() instanceof Purpose.Redeploy redeploy && redeploy.agreed() != null;
        return ordered || run.patches() ? null : world.exempt(vm, run.purpose().brings());
    }

    /** Why the run may not begin: the first VM on its host that it would touch and may not. */
    static Optional<Refusal> onHost(HostRun run, World world) {
        return world.fleet().aliveOn(run.host()).stream()
                .filter(vm -> run.purpose().concerns(vm.id()))
                .map(vm -> why(run, vm, world))
                .filter(Objects::nonNull)
                .findFirst();
    }
}
