package dev.evenkeel.agent.driver;

import dev.evenkeel.agent.hotpatch.HotPatches;
import dev.evenkeel.agent.packages.PackageUpdates;
import dev.evenkeel.agent.preserve.KernelSwitch;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.HostDriver;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/** A host with libvirt and dpkg. */
public final class LibvirtHostDriver implements HostDriver {

    /** Finds the manifest of an update that an order speaks of. */
    @FunctionalInterface
    public interface Catalogue {
        Optional<Update> find(UpdateId id) throws IOException;
    }

    private final Moves moves;
    private final PackageUpdates packages;
    private final Catalogue catalogue;
    private final Restarts restarts;
    private final Redeployments redeployments;
    private final HandOvers handOvers;
    private final KernelSwitch kernels;
    private final HotPatches patches;

    /** Each part carries out the effects that it is named after. */
    public LibvirtHostDriver(
            Moves moves,
            PackageUpdates packages,
            Catalogue catalogue,
            Restarts restarts,
            Redeployments redeployments,
            HandOvers handOvers,
            KernelSwitch kernels,
            HotPatches patches) {
        this.moves = moves;
        this.packages = packages;
        this.catalogue = catalogue;
        this.restarts = restarts;
        this.redeployments = redeployments;
        this.handOvers = handOvers;
        this.kernels = kernels;
        this.patches = patches;
    }

    @Override
    public void begins(Collection<EffectId> underWay) {
        packages.begins(underWay);
    }

    @Override
    public Outcome perform(EffectOrder order) {
        return switch (order.effect()) {
            case Effect.MoveVm move -> moves.perform(order.id(), move);
            case Effect.RedeployVm redeploy -> redeployments.perform(order.id(), redeploy);
            case Effect.HandOver over -> handOvers.perform(order.id(), over);
            case Effect.AbortMove abort -> moves.abort(abort);
            case Effect.ApplyUpdate apply -> with(apply.update(), update -> apply(order.id(), update, apply.method()));
            case Effect.SwitchKernel s -> with(s.update(), update -> kernels.perform(order.id(), update, s.back()));
            case Effect.VerifyUpdate verify -> with(verify.update(), this::verify);
            case Effect.UndoUpdate undo ->
                with(
                        undo.update(),
                        update -> undo.method() == Method.HOT_PATCH
                                ? patches.undo(order.id(), update)
                                : packages.undo(order.id(), update, undo.method()));
            case Effect.StopVm stop -> prepared(order.id(), stop);
            case Effect.StartVm start -> restarts.start(start.vm());
            case Effect.AskAgain again -> throw new IllegalArgumentException("the executor answers " + again);
        };
    }

    private Outcome verify(Update update) {
        return patches.has(update) ? patches.verify(update) : packages.verify(update);
    }

    private Outcome apply(EffectId id, Update update, Method method) {
        if (method == Method.HOT_PATCH) {
            return patches.apply(id, update);
        }
        if (method == Method.PRESERVE_KERNEL) {
            try {
                kernels.remember(update);
            } catch (IOException e) {
                Refusal why = Refusal.of("STATE_DISK", "which kernel runs can't be noted: " + e.getMessage());
                return new Outcome.Failed(why, Aftermath.UNCHANGED, true);
            }
        }
        return packages.apply(id, update, method);
    }

    @Override
    public Probe probe(EffectOrder order) {
        return switch (order.effect()) {
            case Effect.MoveVm move -> moves.probe(order.id(), move);
            case Effect.RedeployVm redeploy -> redeployments.probe(order.id());
            case Effect.HandOver over -> handOvers.probe(order.id(), over);
            case Effect.ApplyUpdate apply ->
                probe(
                        apply.update(),
                        update -> apply.method() == Method.HOT_PATCH
                                ? patches.probe(order.id(), update, true)
                                : packages.probeApply(order.id(), update, apply.method()));
            case Effect.UndoUpdate undo ->
                probe(
                        undo.update(),
                        update -> undo.method() == Method.HOT_PATCH
                                ? patches.probe(order.id(), update, false)
                                : packages.probeUndo(order.id(), update, undo.method()));
            case Effect.SwitchKernel s -> kernels.probe(order.id());
            case Effect.VerifyUpdate v -> new Probe.NotStarted();
            case Effect.AbortMove a -> new Probe.NotStarted();
            case Effect.StopVm stop -> restarts.probe(order.id(), stop);
            case Effect.StartVm start -> restarts.probe(start.vm());
            case Effect.AskAgain a -> new Probe.NotStarted();
        };
    }

    /**
     * A VM is down for no longer than it must: what it goes down for lies here before its guest is asked. One that was asked in
     * an agent's former life is only waited for.
     */
    private Outcome prepared(EffectId id, Effect.StopVm stop) {
        return stop.update() == null || restarts.hasAsked(id)
                ? restarts.stop(id, stop)
                : with(
                        stop.update(),
                        update -> packages.lacking(update, stop.method() == null ? Method.REBOOT : stop.method())
                                .<Outcome>map(why -> new Outcome.Failed(why, Aftermath.UNCHANGED, false))
                                .orElseGet(() -> restarts.stop(id, stop)));
    }

    private Outcome with(UpdateId id, Function<Update, Outcome> act) {
        return manifest(id)
                .map(act)
                .orElseGet(() -> new Outcome.Failed(
                        Refusal.of("NO_MANIFEST", "the manifest of " + id + " did not reach this host"),
                        Aftermath.UNCHANGED,
                        true));
    }

    private Optional<Update> manifest(UpdateId id) {
        try {
            return catalogue.find(id);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Without its manifest an update was never begun. */
    private Probe probe(UpdateId id, Function<Update, Probe> look) {
        try {
            return catalogue.find(id).map(look).orElseGet(Probe.NotStarted::new);
        } catch (IOException e) {
            return new Probe.Unknown(
                    Refusal.of("NO_MANIFEST", "the manifest of " + id + " can't be read: " + e.getMessage()));
        }
    }
}
