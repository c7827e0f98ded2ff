package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How long a run waits for moves under way, and when a person must look at them.
 *
 * @param lookAt when it was to look
 * @param limit of the state that it is in
 */
record DrainPatience(HostRun run, Instant lookAt, Instant limit, List<Move> moves, World world) {
    /** How long a drain waits for a fresh observation, a free hold or room before it looks again. */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    /** How long it leaves moves under way alone. */
    private static final Duration WATCH = Duration.ofSeconds(15);

    /** The code of a host that is silent while VMs are on their way out of it or wait for their turn. */
    static final String HOST_SILENT = "HOST_SILENT";

    /** A host that is silent for so long is shown to a person; the run goes on by itself when it is back. */
    private static final Duration SILENCE = Duration.ofMinutes(1);

    /** A run that looks so much later than it was to was not there to listen. */
    private static final Duration LATE = Duration.ofSeconds(30);

    /** Why a person must look, if one must: the host is silent, or a move is far past its own limit. */
    Optional<Refusal> exhausted() {
        return silence().or(this::overdue);
    }

    /** When nobody listened to the host either, it gets its time. */
    private Optional<Refusal> silence() {
        Host host = world.fleet().hosts().get(run.host());
        if (host == null
                || host.reachable()
                || host.observedAt().plus(SILENCE).isAfter(world.now())
                || lookAt.plus(LATE).isBefore(world.now())) {
            return Optional.empty();
        }
        Refusal why = Refusal.of(
                        HOST_SILENT,
                        "host " + run.host()
                                + " is silent while its VMs move or wait for their turn; look at it, at the"
                                + " VMs and at where they were going: the run goes on by itself when the host is back,"
                                + " else evenkeel run resolve " + run.id())
                .with("seen", host.observedAt().toString());
        for (Move move : moves) {
            why = switch (move.status()) {
                case MOVING -> why.with(move.name(), "on its way to host " + move.to());
                case PENDING -> why.with(move.name(), "waits for its turn");
                case STAYS -> why.with(move.name(), "stays on the host");
                case MOVED, UNSURE, STUCK, GONE -> why;
            };
        }
        return Optional.of(why);
    }

    private Optional<Refusal> overdue() {
        Duration patience = run.policy().move().plus(run.policy().change());
        for (Move move : moves) {
            Instant limit = move.at().plus(patience);
            if (move.status() == Move.Status.MOVING
                    && move.effect() != null
                    && !world.now().isBefore(limit)) {
                return Optional.of(PersonAsked.overdue(run, move.effect(), limit)
                        .with("vm", move.vm().value()));
            }
        }
        return Optional.empty();
    }

    /** The end of a move wakes the run by itself; the timer is for a free slot, the limit, and what is overdue. */
    Instant nextLook() {
        Instant now = world.now();
        Instant wake = now.plus(moves.stream().anyMatch(Move::open) ? WATCH : LOOK_AGAIN);
        for (Move move : moves) {
            if (move.status() == Move.Status.PENDING
                    && move.notBefore().isAfter(now)
                    && move.notBefore().isBefore(wake)) {
                wake = move.notBefore();
            }
        }
        return limit.isAfter(now) && limit.isBefore(wake) ? limit : wake;
    }
}
