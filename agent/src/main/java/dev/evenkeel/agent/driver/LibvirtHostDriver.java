package dev.evenkeel.agent.driver;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.packages.PackageUpdates;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.HostDriver;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

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
    private final Supplier<Connection> libvirt;

    /** @param libvirt opens a connection to this host's daemon, closed after use */
    public LibvirtHostDriver(Moves moves, PackageUpdates packages, Catalogue catalogue, Supplier<Connection> libvirt) {
        this.moves = moves;
        this.packages = packages;
        this.catalogue = catalogue;
        this.libvirt = libvirt;
    }

    @Override
    public Outcome perform(EffectOrder order) {
        return switch (order.effect()) {
            case Effect.MoveVm move -> moves.perform(order.id(), move);
            case Effect.AbortMove abort -> moves.abort(abort);
            case Effect.ApplyUpdate apply ->
                with(apply.update(), update -> packages.apply(order.id(), update, apply.method()));
            case Effect.VerifyUpdate verify -> with(verify.update(), packages::verify);
            case Effect.UndoUpdate undo ->
                with(undo.update(), update -> packages.undo(order.id(), update, undo.method()));
            case Effect.StartVm start -> start(start.vm());
            case Effect.AskAgain again -> throw new IllegalArgumentException("the executor answers " + again);
        };
    }

    @Override
    public Probe probe(EffectOrder order) {
        return switch (order.effect()) {
            case Effect.MoveVm move -> moves.probe(order.id(), move);
            case Effect.ApplyUpdate apply ->
                probe(apply.update(), update -> packages.probeApply(order.id(), update, apply.method()));
            case Effect.UndoUpdate undo ->
                probe(undo.update(), update -> packages.probeUndo(order.id(), update, undo.method()));
            case Effect.VerifyUpdate v -> new Probe.NotStarted();
            case Effect.AbortMove a -> new Probe.NotStarted();
            case Effect.StartVm start -> probeStart(start.vm());
            case Effect.AskAgain a -> new Probe.NotStarted();
        };
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

    private Outcome start(VmId vm) {
        try (Connection connection = libvirt.get();
                Domain domain = connection.domain(UUID.fromString(vm.value())).orElse(null)) {
            if (domain == null) {
                return new Outcome.Failed(
                        Refusal.of("NO_SUCH_VM", "VM " + vm + " is not defined on this host any more"),
                        Aftermath.VM_DEAD,
                        false);
            }
            if (!domain.state().isActive()) {
                domain.start();
            }
            return new Outcome.Acted();
        } catch (LibvirtException e) {
            return new Outcome.Failed(
                    Refusal.of("START_FAILED", "VM " + vm + " can't be started: " + e.getMessage()),
                    Aftermath.VM_DEAD,
                    true);
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

    private Probe probeStart(VmId vm) {
        try (Connection connection = libvirt.get();
                Domain domain = connection.domain(UUID.fromString(vm.value())).orElse(null)) {
            return domain != null && domain.state().isActive()
                    ? new Probe.Ended(new Outcome.Acted())
                    : new Probe.NotStarted();
        } catch (LibvirtException e) {
            return new Probe.Unknown(
                    Refusal.of("HOST_UNSEEN", "whether VM " + vm + " was started can't be seen: " + e.getMessage()));
        }
    }
}
