package dev.evenkeel.agent.driver;

import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.migrate.Daemons;
import dev.evenkeel.agent.migrate.Ends;
import dev.evenkeel.agent.migrate.Redeployable;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Has guests shut down here and starts their VMs on other hosts. Nothing is touched before all that speaks against it is known to be
 * nothing. Each step is found again by the records and the two daemons, so that an agent that died between any two goes on.
 */
public final class Redeployments {
    /** Refusals with which another destination doesn't help either. */
    private static final Set<String> LASTING = Set.of("NOT_HERE", "TIED_TO_HOST", "DISK_NOT_SHARED", "STATE_ON_HOST");

    /** Redeployments, and looks at daemons that do not answer, that may go on at once. */
    private static final int THREADS = 48;

    /** How long a daemon may be silent before nobody can say where the VM runs. */
    private static final Duration SILENCE = Duration.ofMinutes(1);

    /** All that speaks against it, found by a look that touches nothing. */
    @FunctionalInterface
    interface Check {
        List<Refusal> against(VmId vm, String destinationUri, Ends ends);
    }

    private final Restarts restarts;
    private final Daemons daemons;
    private final Function<String, String> uriOf;
    private final ArrivalRecord.Shelf arrivals;
    private final Check check;
    private final Duration silence;
    private final BlockingCalls calls = new BlockingCalls(THREADS);

    /**
     * @param restarts asks the guests
     * @param uriOf the URI of a destination's daemon, by its management address
     * @param records directory that remembers which VMs were about to be started on their destinations
     * @param isShared whether the file at a path is the same one on every host
     */
    public Redeployments(
            Restarts restarts,
            Daemons daemons,
            Function<String, String> uriOf,
            Path records,
            Predicate<String> isShared) {
        this(
                restarts,
                daemons,
                uriOf,
                records,
                (vm, uri, ends) -> Redeployable.check(vm, uri, ends, isShared),
                SILENCE);
    }

    Redeployments(
            Restarts restarts,
            Daemons daemons,
            Function<String, String> uriOf,
            Path records,
            Check check,
            Duration silence) {
        this.restarts = restarts;
        this.daemons = daemons;
        this.uriOf = uriOf;
        this.arrivals = new ArrivalRecord.Shelf(records);
        this.check = check;
        this.silence = silence;
    }

    /** Begins, or goes on from wherever an earlier life of the agent, or an outcome that was unknown, left it. */
    Outcome perform(EffectId id, Effect.RedeployVm redeploy) {
        String uri = uriOf.apply(redeploy.toAddress());
        try (Ends ends = new Ends(UUID.fromString(redeploy.vm().value()), daemons, uri, calls)) {
            if (!restarts.hasAsked(id)) {
                List<Refusal> refusals = check.against(redeploy.vm(), uri, ends);
                if (!refusals.isEmpty()) {
                    return refused(refusals);
                }
            }
            if (!arrivals.has(id)) {
                Outcome down = restarts.stop(id, asStop(redeploy));
                if (!(down instanceof Outcome.Stopped)) {
                    return down;
                }
            }
            Instant askedAt = restarts.askedAt(id).orElseThrow();
            return new Arrival(id, redeploy, uri, askedAt, ends, calls, arrivals, silence).finish();
        }
    }

    private static Effect.StopVm asStop(Effect.RedeployVm redeploy) {
        return new Effect.StopVm(redeploy.vm(), redeploy.patience(), null, null, redeploy.agreed(), redeploy.said());
    }

    private static Outcome refused(List<Refusal> refusals) {
        boolean lasting = refusals.stream().map(Refusal::code).anyMatch(LASTING::contains);
        return new Outcome.Failed(Moves.inOne(refusals), Aftermath.UNCHANGED, !lasting);
    }

    /** Once its guest was asked, a VM is not left half-way: {@link #perform} finds out where it stands and ends it. */
    Probe probe(EffectId id) {
        return restarts.hasAsked(id) ? new Probe.Running() : new Probe.NotStarted();
    }
}
