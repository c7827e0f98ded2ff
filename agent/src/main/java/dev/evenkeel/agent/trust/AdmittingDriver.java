package dev.evenkeel.agent.trust;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.HostDriver;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.update.UpdateId;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets only admitted updates through to a host. What brings an update in is admitted anew for each order, before
 * anything of it is begun; an order that was let through once goes on after the agent's death, for half-way a host is not to be left. Looking at an update and undoing it take the manifest that
 * was admitted when it came: a revoked update must come off again, and a server that is away must not hold that up.
 */
public final class AdmittingDriver implements HostDriver {
    private final HostDriver driver;
    private final Admission admission;

    public AdmittingDriver(HostDriver driver, Admission admission) {
        this.driver = driver;
        this.admission = admission;
    }

    @Override
    public void begins(Collection<EffectId> underWay) {
        admission.begins(underWay);
        driver.begins(underWay);
    }

    @Override
    public Outcome perform(EffectOrder order) {
        Optional<Outcome.Failed> refusal = refusal(order);
        return refusal.isPresent() ? refusal.get() : driver.perform(order);
    }

    private Optional<Outcome.Failed> refusal(EffectOrder order) {
        return switch (order.effect()) {
            case Effect.ApplyUpdate a -> toBegin(order, a.update());
            case Effect.StopVm s -> toBegin(order, s.update());
            case Effect.SwitchKernel s -> s.back() ? toGoBy(s.update()) : toBegin(order, s.update());
            case Effect.VerifyUpdate v -> toGoBy(v.update());
            case Effect.UndoUpdate u -> toGoBy(u.update());
            case Effect.MoveVm m -> Optional.empty();
            case Effect.RedeployVm r -> Optional.empty();
            case Effect.HandOver h -> Optional.empty();
            case Effect.AbortMove a -> Optional.empty();
            case Effect.StartVm s -> Optional.empty();
            case Effect.AskAgain a -> Optional.empty();
        };
    }

    private Optional<Outcome.Failed> toBegin(EffectOrder order, @Nullable UpdateId update) {
        return update == null ? Optional.empty() : admission.refusal(order.id(), update);
    }

    private Optional<Outcome.Failed> toGoBy(UpdateId update) {
        return admission.isAdmitted(update) ? Optional.empty() : admission.refusal(update);
    }

    @Override
    public Probe probe(EffectOrder order) {
        return driver.probe(order);
    }
}
