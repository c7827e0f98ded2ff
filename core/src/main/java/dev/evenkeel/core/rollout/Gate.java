package dev.evenkeel.core.rollout;

import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Update;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The condition between waves: no VM lost, not too many hosts failed, and every host that is done has been seen since,
 * alive and running what the update brings; and between rings, at least one host of each ring before that took it. A gate
 * with no data does not pass.
 */
final class Gate {
    private static final String ANSWERED_FOR = "answeredFor";

    /** What the gate says. */
    sealed interface Verdict {
        record Pass() implements Verdict {}

        record Wait(Refusal why) implements Verdict {}

        record Stop(Refusal why) implements Verdict {}
    }

    private Gate() {}

    static Verdict evaluate(Rollout rollout, World world) {
        long failed = rollout.hosts().stream()
                .filter(h -> h.status() == HostProgress.Status.FAILED)
                .count();
        if (rollout.vmsLost() > 0) {
            return new Verdict.Stop(Refusal.of(
                            "GATE_VM_LOST",
                            rollout.vmsLost()
                                    + " VMs died while their hosts were worked on; look, then evenkeel rollout"
                                    + " resume " + rollout.id())
                    .with("vmsLost", Integer.toString(rollout.vmsLost())));
        }
        if (failed > rollout.policy().maxFailedHosts()) {
            return new Verdict.Stop(Refusal.of(
                            "GATE_FAILURES",
                            failed + " hosts failed, " + rollout.policy().maxFailedHosts()
                                    + " are allowed; look, then evenkeel rollout resume " + rollout.id())
                    .with("failed", Long.toString(failed)));
        }
        for (HostProgress progress : rollout.hosts()) {
            Refusal missing = missing(rollout, progress, world);
            if (missing != null) {
                return new Verdict.Wait(missing);
            }
        }
        return new Verdict.Pass();
    }

    /**
     * Why a ring may not begin: one before it has not shown on a single host that the update works. Null when it may; what is
     * taken back was shown to work when it came.
     *
     * @param ring the one that would begin
     */
    static @Nullable Refusal unproven(Rollout rollout, int ring) {
        for (int before = 0; before < ring && !rollout.back(); before++) {
            int number = before;
            List<HostProgress> hosts =
                    rollout.hosts().stream().filter(h -> h.ring() == number).toList();
            boolean proof = hosts.stream()
                    .anyMatch(h -> h.status() == HostProgress.Status.DONE || h.status() == HostProgress.Status.ALREADY);
            Refusal why = hosts.stream()
                    .filter(h -> h.status() == HostProgress.Status.SKIPPED && !isAnsweredFor(h.why()))
                    .map(HostProgress::why)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
            if (!proof && why != null) {
                return Refusal.of(
                                "GATE_RING_REFUSED",
                                "no host of ring " + number + " took the update, so that it is proven nowhere: "
                                        + why.why() + "; look, then evenkeel rollout resume " + rollout.id())
                        .with("ring", Integer.toString(number));
            }
        }
        return null;
    }

    /** The same, for a person has looked at it and wants the rollout to go on. */
    static @Nullable Refusal answeredFor(@Nullable Refusal why) {
        return why == null ? null : why.with(ANSWERED_FOR, "true");
    }

    private static boolean isAnsweredFor(@Nullable Refusal why) {
        return why != null && why.evidence().containsKey(ANSWERED_FOR);
    }

    /** What is still to be seen of a host that is done; null when all is well or nothing is to be seen. */
    static @Nullable Refusal missing(Rollout rollout, HostProgress progress, World world) {
        if (progress.status() != HostProgress.Status.DONE) {
            return null;
        }
        Host host = world.fleet().hosts().get(progress.host());
        Update update = world.update(rollout.update());
        if (host == null || !host.reachable() || host.observedAt().isBefore(progress.at())) {
            return Refusal.of("GATE_NO_DATA", "host " + progress.host() + " has not been seen since its update");
        }
        if (rollout.back() && update.isPatchedIn(host.facts().versions())) {
            return Refusal.of("GATE_STILL_ON", "host " + progress.host() + " still has what was taken back");
        }
        if (!rollout.back() && !update.isOn(host.facts())) {
            return Refusal.of(
                    "GATE_NOT_ON",
                    "host " + progress.host() + " runs " + host.facts().versions() + " after its update");
        }
        return null;
    }
}
