package dev.evenkeel.server.view;

import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.Move;
import dev.evenkeel.core.hostrun.Restart;
import org.jspecify.annotations.Nullable;

/** The move of one VM within a run, or its restart, with what it came to. */
public record MoveView(
        String vm,
        String name,
        String tenant,
        @Nullable String to,
        String status,
        int attempts,
        @Nullable Long forecastStopMs,
        @Nullable Long stopMs,
        @Nullable Long forecastTotalMs,
        @Nullable Long totalMs,
        @Nullable String progress,
        @Nullable RefusalView why) {

    /**
     * A move as the run has it while it drains.
     *
     * @param entry its ledger row, once it is done
     */
    public static MoveView of(Move move, String tenant, @Nullable LedgerEntry entry, @Nullable String progress) {
        return new MoveView(
                move.vm().value(),
                move.name(),
                tenant,
                move.to() == null ? null : move.to().value(),
                move.status().name(),
                move.attempts(),
                Millis.of(move.forecastStop()),
                entry == null ? null : Millis.of(entry.stop()),
                Millis.of(move.forecastTotal()),
                entry == null ? null : Millis.of(entry.total()),
                progress,
                RefusalView.orNull(move.why()));
    }

    /** A move as its latest effect tells of it, after the drain. */
    public static MoveView told(
            VmId vm,
            HostId to,
            String name,
            String tenant,
            int attempts,
            @Nullable Outcome outcome,
            @Nullable LedgerEntry entry,
            @Nullable String progress) {
        return new MoveView(
                vm.value(),
                entry == null ? name : entry.vmName(),
                entry == null ? tenant : entry.tenant().value(),
                to.value(),
                status(vm, outcome).name(),
                attempts,
                entry == null ? null : Millis.of(entry.forecastStop()),
                entry == null ? null : Millis.of(entry.stop()),
                entry == null ? null : Millis.of(entry.forecastTotal()),
                entry == null ? null : Millis.of(entry.total()),
                progress,
                RefusalView.orNull(why(outcome)));
    }

    /**
     * A VM that is restarted where it is; the times are how long it is out of service.
     *
     * @param host where it is
     * @param entry its ledger row, once it runs again
     */
    public static MoveView restarted(
            Restart restart, HostId host, @Nullable LedgerEntry entry, @Nullable String progress) {
        Long forecast = Millis.of(restart.forecast());
        Long measured = entry == null ? null : Millis.of(entry.stop());
        return new MoveView(
                restart.vm().value(),
                restart.name(),
                restart.tenant().value(),
                host.value(),
                restart.status() == Restart.Status.RUNNING
                        ? measured == null ? "KEPT_RUNNING" : "RESTARTED"
                        : restart.status().name(),
                restart.attempts(),
                forecast,
                measured,
                forecast,
                measured,
                progress,
                RefusalView.orNull(restart.why()));
    }

    private static Move.Status status(VmId vm, @Nullable Outcome outcome) {
        return switch (outcome) {
            case null -> Move.Status.MOVING;
            case Outcome.Moved m -> Move.Status.MOVED;
            case Outcome.Failed f -> Move.Status.STUCK;
            case Outcome.Unknown u -> Move.Status.UNSURE;
            case Outcome.Switched s ->
                s.stood().stream().anyMatch(stood -> stood.vm().equals(vm) && stood.died() != null)
                        ? Move.Status.GONE
                        : Move.Status.MOVED;
            case Outcome.Changed c -> Move.Status.MOVED;
            case Outcome.Stopped s -> Move.Status.MOVED;
            case Outcome.Started s -> Move.Status.MOVED;
            case Outcome.Acted a -> Move.Status.MOVED;
        };
    }

    private static @Nullable Refusal why(@Nullable Outcome outcome) {
        return switch (outcome) {
            case Outcome.Failed f -> f.why();
            case Outcome.Unknown u -> u.why();
            case null, default -> null;
        };
    }
}
