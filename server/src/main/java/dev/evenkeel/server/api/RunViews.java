package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.LedgerQuery;
import dev.evenkeel.core.engine.RunStore.StoryEntry;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Move;
import dev.evenkeel.core.hostrun.Restart;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.gateway.ProgressBoard;
import dev.evenkeel.server.view.EffectView;
import dev.evenkeel.server.view.MoveView;
import dev.evenkeel.server.view.RunView;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts a host run together for people. A run's own state knows its moves only while it drains; afterwards they are told
 * from its effects and the ledger.
 */
public final class RunViews {
    private static final int LEDGER_ROWS = 10_000;

    private final RunStore store;
    private final FleetRegistry registry;
    private final ProgressBoard progress;
    private final TimeSource time;

    public RunViews(RunStore store, FleetRegistry registry, ProgressBoard progress, TimeSource time) {
        this.store = store;
        this.registry = registry;
        this.progress = progress;
        this.time = time;
    }

    RunView of(HostRun run) {
        List<EffectRecord> effects = store.effects(run.id());
        List<StoryEntry> story = store.story(run.id());
        Instant since = story.isEmpty() ? run.orderedAt() : story.getLast().at();
        return RunView.of(
                run,
                since,
                run.rollout() == null
                        ? null
                        : store.load(run.rollout())
                                .map(starter -> starter.run().holdsBack())
                                .orElse(null),
                List.copyOf(moves(run, effects).values()),
                effects.stream()
                        .map(e -> EffectView.of(e, progress.of(e.id()).orElse(null)))
                        .toList());
    }

    private Map<VmId, MoveView> moves(HostRun run, List<EffectRecord> effects) {
        Fleet fleet = registry.snapshot(time.now());
        Map<Stop, LedgerEntry> ledger = new HashMap<>();
        store.ledger(new LedgerQuery(null, run.id(), null, LEDGER_ROWS))
                .forEach(e -> ledger.put(new Stop(e.effect(), e.vm()), e));
        Map<VmId, MoveView> moves = new LinkedHashMap<>();
        Map<VmId, Integer> attempts = new HashMap<>();
        for (EffectRecord effect : effects) {
            for (Target target : targets(effect)) {
                int tries = attempts.merge(target.vm(), 1, Integer::sum);
                LedgerEntry entry = ledger.get(new Stop(effect.id(), target.vm()));
                moves.put(target.vm(), told(effect, target, entry, tries, fleet));
            }
        }
        for (Move move : draining(run.state())) {
            LedgerEntry entry = move.effect() == null ? null : ledger.get(new Stop(move.effect(), move.vm()));
            moves.put(move.vm(), current(move, entry, fleet));
        }
        for (Restart restart : run.restarts()) {
            moves.put(
                    restart.vm(),
                    MoveView.restarted(
                            restart,
                            run.host(),
                            ledger.get(new Stop(restart.effect(), restart.vm())),
                            progress.of(restart.effect()).orElse(null)));
        }
        return moves;
    }

    /** Where an effect brings a VM. */
    private record Target(VmId vm, HostId to) {}

    /** What one effect did to one VM. */
    private record Stop(EffectId effect, VmId vm) {}

    private static List<Target> targets(EffectRecord effect) {
        return switch (effect.effect()) {
            case Effect.MoveVm move -> List.of(new Target(move.vm(), move.to()));
            case Effect.RedeployVm r -> List.of(new Target(r.vm(), r.to()));
            case Effect.HandOver over -> List.of(new Target(over.vm(), effect.agent()));
            case Effect.SwitchKernel s
            when effect.outcome() instanceof Outcome.Switched switched ->
                switched.stood().stream()
                        .map(stood -> new Target(stood.vm(), effect.agent()))
                        .toList();
            default -> List.of();
        };
    }

    private static List<Move> draining(HostRunState state) {
        return switch (state) {
            case HostRunState.Draining d -> d.moves();
            case HostRunState.HandingOver h -> h.moves();
            case HostRunState.Switching s -> s.moves();
            case HostRunState.NeedsPerson p -> draining(p.resume());
            case HostRunState.Reserving r -> List.of();
            case HostRunState.Announcing a -> List.of();
            case HostRunState.Offering o -> List.of();
            case HostRunState.Stopping s -> List.of();
            case HostRunState.Starting s -> List.of();
            case HostRunState.Applying a -> List.of();
            case HostRunState.Verifying v -> List.of();
            case HostRunState.Undoing u -> List.of();
            case HostRunState.Ended e -> List.of();
        };
    }

    private MoveView current(Move move, @Nullable LedgerEntry entry, Fleet fleet) {
        return MoveView.of(
                move,
                fleet.vm(move.vm()).map(vm -> vm.tenant().value()).orElse("default"),
                entry,
                move.effect() == null ? null : progress.of(move.effect()).orElse(null));
    }

    private MoveView told(EffectRecord effect, Target target, @Nullable LedgerEntry entry, int attempts, Fleet fleet) {
        Outcome outcome = effect.outcome();
        Vm vm = fleet.vm(target.vm()).orElse(null);
        return MoveView.told(
                target.vm(),
                target.to(),
                vm == null ? target.vm().value() : vm.name(),
                vm == null ? "default" : vm.tenant().value(),
                attempts,
                outcome,
                entry,
                progress.of(effect.id()).orElse(null));
    }
}
