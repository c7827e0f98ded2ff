package dev.evenkeel.server.view;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An order to an agent. */
public record EffectView(
        String id,
        String kind,
        String agent,
        @Nullable String vm,
        String status,
        Instant orderedAt,
        @Nullable String progress,
        @Nullable String outcome,
        @Nullable RefusalView why) {

    /** @param progress what the agent last said about it */
    public static EffectView of(EffectRecord effect, @Nullable String progress) {
        VmId vm = vm(effect.effect());
        Outcome outcome = effect.outcome();
        return new EffectView(
                effect.id().value(),
                effect.effect().getClass().getSimpleName(),
                effect.agent().value(),
                vm == null ? null : vm.value(),
                effect.status().name(),
                effect.orderedAt(),
                progress,
                outcome == null ? null : outcome.getClass().getSimpleName(),
                outcome == null ? null : RefusalView.orNull(why(outcome)));
    }

    private static @Nullable VmId vm(Effect effect) {
        return switch (effect) {
            case Effect.MoveVm m -> m.vm();
            case Effect.RedeployVm r -> r.vm();
            case Effect.HandOver h -> h.vm();
            case Effect.AbortMove a -> a.vm();
            case Effect.StopVm s -> s.vm();
            case Effect.StartVm s -> s.vm();
            case Effect.SwitchKernel s -> null;
            case Effect.ApplyUpdate a -> null;
            case Effect.VerifyUpdate v -> null;
            case Effect.UndoUpdate u -> null;
            case Effect.AskAgain a -> null;
        };
    }

    private static @Nullable Refusal why(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Failed f -> f.why();
            case Outcome.Unknown u -> u.why();
            case Outcome.Moved m -> null;
            case Outcome.Switched s -> s.why();
            case Outcome.Changed c -> null;
            case Outcome.Stopped s -> null;
            case Outcome.Started s -> null;
            case Outcome.Acted a -> null;
        };
    }
}
