package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.hostrun.HostRun;
import java.util.TreeMap;
import java.util.TreeSet;

/** What must hold of hosts whose owners did not choose. It keeps its own account of who chose and of what is worked on. */
final class TurnInvariants {
    private record Work(RunId rollout, HostId host) {}

    private final SimFleet fleet;
    private final TreeSet<RunId> chosen = new TreeSet<>();
    private final TreeMap<RunId, Work> working = new TreeMap<>();

    TurnInvariants(SimFleet fleet) {
        this.fleet = fleet;
    }

    void committed(Commit commit) {
        if (!(commit.step().next() instanceof HostRun run)
                || run.rollout() == null
                || run.offers().isEmpty()) {
            return;
        }
        if (commit.event() instanceof RunEvent.OwnerChose) {
            chosen.add(run.id());
        }
        if (run.ended() || commit.step().release().contains("host:" + run.host())) {
            working.remove(run.id());
        }
        if (commit.step().acquire().contains(new Hold("host:" + run.host(), 1))) {
            begins(run, new Work(run.rollout(), run.host()));
        }
    }

    private void begins(HostRun run, Work work) {
        for (Work other : working.values()) {
            Invariants.require(
                    chosen.contains(run.id())
                            || !other.rollout().equals(work.rollout())
                            || rack(other).equals(rack(work)),
                    Invariant.IN_TURN,
                    run.id() + " begins on " + work.host() + " while " + other.host() + " is worked on");
        }
        working.put(run.id(), work);
    }

    private String rack(Work work) {
        return fleet.host(work.host()).topology.rack();
    }
}
