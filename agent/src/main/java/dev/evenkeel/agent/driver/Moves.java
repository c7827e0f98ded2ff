package dev.evenkeel.agent.driver;

import dev.evenkeel.agent.migrate.GuestClock;
import dev.evenkeel.agent.migrate.LiveMigration;
import dev.evenkeel.agent.migrate.Measurements;
import dev.evenkeel.agent.migrate.MigrationRequest;
import dev.evenkeel.agent.migrate.MigrationResult;
import dev.evenkeel.agent.migrate.Standing;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.MigrationModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Moves as effects: the words of the engine on one side, those of {@link LiveMigration} on the other. */
public final class Moves {
    /** Refusals that may be gone at the next try; the others need a person or another destination. */
    private static final Set<String> LASTING = Set.of(
            "MIGRATION_NEVER",
            "TIED_TO_HOST",
            "WOULD_NOT_CONVERGE",
            "NO_MACHINE",
            "CPU",
            "DISK_NOT_COPYABLE",
            "DISK_HAS_CHAIN",
            "DISK_IN_USE_BY_OTHERS");

    private final LiveMigration migration;
    private final Function<String, String> uriOf;
    private final LearnedModels models;
    private final Map<VmId, EffectId> underWay = new ConcurrentHashMap<>();
    private final Set<EffectId> begunBefore = ConcurrentHashMap.newKeySet();

    /**
     * @param uriOf the URI of a destination's daemon, by its management address
     * @param learned file that keeps what is learned of moves
     */
    public Moves(LiveMigration migration, Function<String, String> uriOf, Path learned) {
        this.migration = migration;
        this.uriOf = uriOf;
        this.models = new LearnedModels(learned);
    }

    Outcome perform(EffectId id, Effect.MoveVm move) {
        MigrationRequest request = request(move);
        EffectId other = underWay.putIfAbsent(move.vm(), id);
        if (other != null && !other.equals(id)) {
            return failed(
                    Refusal.of("MOVE_UNDER_WAY", "VM " + move.vm() + " is being moved by " + other),
                    Aftermath.UNCHANGED,
                    true);
        }
        try {
            MigrationResult result = begunBefore.remove(id) ? migration.resume(request) : migration.migrate(request);
            return outcome(move, result);
        } finally {
            underWay.remove(move.vm(), id);
        }
    }

    Outcome abort(Effect.AbortMove abort) {
        if (abort.move().equals(underWay.get(abort.vm()))) {
            migration.abort(abort.vm());
        }
        return new Outcome.Acted();
    }

    /** A move that was cut off is taken up: what it left over is cleared even when it came to nothing. */
    Probe probe(EffectId id, Effect.MoveVm move) {
        return switch (migration.probe(move.vm(), uriOf.apply(move.toAddress()))) {
            case Standing.Unknown unknown -> new Probe.Unknown(Refusal.of("MOVE_UNKNOWN", unknown.evidence()));
            case Standing.AtSource s -> takenUp(id);
            case Standing.Moving m -> takenUp(id);
            case Standing.AtDestination d -> takenUp(id);
            case Standing.Dead d -> takenUp(id);
        };
    }

    private Probe takenUp(EffectId id) {
        begunBefore.add(id);
        return new Probe.Running();
    }

    private MigrationRequest request(Effect.MoveVm move) {
        return new MigrationRequest(
                move.vm(),
                uriOf.apply(move.toAddress()),
                move.toAddress(),
                move.maxPause(),
                move.postCopy(),
                null,
                move.timeLimit(),
                models.to(move.to()),
                move.said());
    }

    private Outcome outcome(Effect.MoveVm move, MigrationResult result) {
        return switch (result) {
            case MigrationResult.Moved moved -> moved(move, moved.measurements());
            case MigrationResult.Refused refused -> {
                Refusal first = inOne(refused.why());
                yield failed(first, Aftermath.UNCHANGED, !LASTING.contains(first.code()));
            }
            case MigrationResult.Failed failed ->
                failed.source() == MigrationResult.Source.DEAD
                        ? failed(failed.why(), Aftermath.VM_DEAD, false)
                        : failed(failed.why(), Aftermath.UNCHANGED, true);
            case MigrationResult.Unknown unknown -> new Outcome.Unknown(unknown.evidence());
        };
    }

    /** The first of several refusals, with the others as its evidence. */
    static Refusal inOne(List<Refusal> refusals) {
        Refusal first = refusals.getFirst();
        for (int i = 1; i < refusals.size(); i++) {
            first = first.with("also." + i, refusals.get(i).why());
        }
        return first;
    }

    private static Outcome failed(Refusal why, Aftermath aftermath, boolean retryable) {
        return new Outcome.Failed(why, aftermath, retryable);
    }

    private Outcome moved(Effect.MoveVm move, Measurements measured) {
        MigrationModel after = measured.learned(models.to(move.to()));
        models.learned(move.to(), after);
        Outcome.Foreseen foreseen = measured.forecast()
                .map(f -> new Outcome.Foreseen(f.stop(), f.total(), after.toMap()))
                .orElse(null);
        return new Outcome.Moved(
                move.to(),
                measured.stop(),
                measured.total(),
                measured.transferred(),
                measured.postCopy(),
                skew(measured.clock(), GuestClock.Set::before),
                skew(measured.clock(), GuestClock.Set::after),
                foreseen);
    }

    private static @Nullable Duration skew(GuestClock clock, Function<GuestClock.Set, GuestClock.Reading> when) {
        return switch (clock) {
            case GuestClock.Set set -> when.apply(set).skew();
            case GuestClock.NotSet n -> null;
        };
    }
}
