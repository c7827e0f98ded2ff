package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must hold at the end, when nothing goes wrong any more. */
final class EndInvariants {
    private final SimFleet fleet;

    EndInvariants(SimFleet fleet) {
        this.fleet = fleet;
    }

    /** A run that has not ended in time must wait for a person, who must find out why. */
    void waitsForPerson(Run run) {
        Refusal why = evidence(run);
        Invariants.require(
                run.needsPerson() && why != null && !why.why().isBlank(),
                Invariant.ENDS_OR_PERSON,
                run.id() + " neither ends nor asks a person: " + run);
    }

    private static @Nullable Refusal evidence(Run run) {
        return switch (run) {
            case HostRun h when h.state() instanceof HostRunState.NeedsPerson p -> p.why();
            case Rollout r when r.state() instanceof RolloutState.Halted p -> p.why();
            default -> null;
        };
    }

    void hasEnded(Run run) {
        Invariants.require(
                run.ended(),
                Invariant.ENDS_OR_PERSON,
                run.id() + " was answered by a person and still goes on: " + run);
    }

    /** All runs have ended: nothing is left over. */
    void allUsable() {
        List<String> left = new ArrayList<>();
        for (SimVm vm : fleet.vms()) {
            Invariants.require(
                    vm.death != SimVm.Death.STOPPED,
                    Invariant.STARTED_AGAIN,
                    vm.id + " is down by " + vm.asked + " after all runs ended");
            if (vm.aside) {
                left.add(vm.id + " set aside on " + vm.home);
            }
            if (vm.still != null) {
                left.add(vm.id + " standing still on " + vm.home);
            }
            if (vm.incoming != null) {
                left.add(vm.id + " half defined on " + vm.incoming);
            }
        }
        for (SimHost host : fleet.hosts()) {
            if (host.changing != null || host.leftClosed != null) {
                left.add(host.id + " still changing by " + host.changing);
            }
            if (host.switching != null || host.booting) {
                left.add(host.id + " still changing its kernel by " + host.switching);
            }
        }
        Invariants.require(left.isEmpty(), Invariant.USABLE, "left over: " + left);
    }
}
