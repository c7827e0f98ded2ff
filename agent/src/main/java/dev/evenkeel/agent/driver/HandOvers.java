package dev.evenkeel.agent.driver;

import dev.evenkeel.agent.preserve.HandoverResult;
import dev.evenkeel.agent.preserve.VmmHandover;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hand-overs as effects: the words of the engine on one side, those of {@link VmmHandover} on the other. What came of the last
 * one of each VM is noted before its traces are removed, so that a crash in between does not have the VM stand still again.
 */
public final class HandOvers {
    private static final Logger LOG = LoggerFactory.getLogger(HandOvers.class);

    private final VmmHandover handover;
    private final HostId host;
    private final Path notes;
    private final Map<VmId, EffectId> underWay = new ConcurrentHashMap<>();

    /** The last that was done for a VM. */
    private record Note(EffectId effect, Outcome outcome) {}

    /**
     * @param host this host
     * @param notes directory of ours
     */
    public HandOvers(VmmHandover handover, HostId host, Path notes) {
        this.handover = handover;
        this.host = host;
        this.notes = notes;
    }

    Outcome perform(EffectId id, Effect.HandOver order) {
        VmId vm = order.vm();
        EffectId other = underWay.putIfAbsent(vm, id);
        if (other != null) {
            Refusal busy = Refusal.of("HANDOVER_UNDER_WAY", "VM " + vm + " is being handed over by " + other);
            return new Outcome.Failed(busy, Aftermath.UNCHANGED, true);
        }
        try {
            if (!order.aside() && !handover.isUnderWay(vm) && handover.isCurrent(vm)) {
                Refusal current =
                        Refusal.of("ALREADY_CURRENT", "VM " + vm + " runs the VMM that is installed on " + host);
                return new Outcome.Failed(current, Aftermath.UNCHANGED, false);
            }
            return outcome(handover.hand(vm, order.aside(), order.maxPause(), done -> note(vm, id, done)));
        } finally {
            underWay.remove(vm, id);
        }
    }

    /** What was cut off goes on where the VM stands now. */
    Probe probe(EffectId id, Effect.HandOver order) {
        Optional<Note> last = read(order.vm());
        if (last.isPresent() && last.get().effect().equals(id)) {
            handover.clear(order.vm(), order.aside());
            return new Probe.Ended(last.get().outcome());
        }
        return handover.isUnderWay(order.vm()) ? new Probe.Running() : new Probe.NotStarted();
    }

    private Outcome outcome(HandoverResult result) {
        return switch (result) {
            case HandoverResult.Done done -> moved(done);
            case HandoverResult.Refused refused ->
                new Outcome.Failed(
                        refused.why(), Aftermath.UNCHANGED, refused.why().code().equals("NOT_PREPARED"));
            case HandoverResult.Failed failed ->
                new Outcome.Failed(
                        failed.why(), failed.dead() ? Aftermath.VM_DEAD : Aftermath.UNCHANGED, !failed.dead());
            case HandoverResult.Unknown unknown -> new Outcome.Unknown(unknown.evidence());
        };
    }

    private Outcome moved(HandoverResult.Done done) {
        return new Outcome.Moved(
                host,
                done.stop().orElse(done.accounted()),
                done.total(),
                Bytes.ZERO,
                false,
                done.skewBefore().orElse(null),
                done.skewAfter().orElse(null),
                null);
    }

    private void note(VmId vm, EffectId effect, HandoverResult.Done done) {
        try {
            Files.createDirectories(notes);
            PrivateFiles.write(file(vm), Json.mapper().writeValueAsString(new Note(effect, moved(done))));
        } catch (IOException e) {
            LOG.warn("what came of {} is not noted: {}", effect, e.getMessage());
        }
    }

    private Optional<Note> read(VmId vm) {
        try {
            return Files.exists(file(vm))
                    ? Optional.of(Json.mapper().readValue(Files.readString(file(vm)), Note.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("what was last done for VM " + vm + " can't be read", e);
        }
    }

    private Path file(VmId vm) {
        return notes.resolve(vm.value() + ".json");
    }
}
