package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.exempt.Exempted;
import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.exempt.ExemptionId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.Purpose;
import java.time.Instant;
import java.util.TreeMap;

/** What must hold of exemptions. It keeps its own account of who was made exempt and when that ended. */
final class ExemptionInvariants {
    private final SimFleet fleet;
    private final TreeMap<ExemptionId, Exemption> made = new TreeMap<>();

    ExemptionInvariants(SimFleet fleet) {
        this.fleet = fleet;
    }

    void made(Exemption exemption) {
        made.put(exemption.id(), exemption);
    }

    void ended(ExemptionId id) {
        made.remove(id);
    }

    void committed(Commit commit) {
        if (commit.step().next() instanceof HostRun run) {
            for (Step.Order order : commit.step().orders()) {
                NoticeInvariants.touched(order.effect(), run).forEach(vm -> mayBeTouched(vm, run, order, commit.at()));
            }
        }
    }

    private void mayBeTouched(VmId vm, HostRun run, Step.Order order, Instant now) {
        for (Exemption one : made.values()) {
            boolean its = switch (one.whom()) {
                case Exempted.OneVm only -> only.vm().equals(vm);
                case Exempted.AllOf all -> all.tenant().equals(fleet.vm(vm).tenant);
            };
            boolean from = one.update() == null
                    || run.purpose() instanceof Purpose.UpdateHost update
                            && update.update().equals(one.update());
            Invariants.require(
                    !its || !from || !now.isBefore(one.until()),
                    Invariant.EXEMPT,
                    order.id() + " touches " + vm + " at " + now + ", which is exempt by " + one);
        }
    }
}
