package dev.evenkeel.agent.preserve;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the agent of one kernel leaves to that of the next, on a disk that is synced before the kernel goes: from the moment at
 * which the first VM may stand still until all that became of them is known, and then what it came to.
 *
 * @param effect the order
 * @param from the release of the kernel that ran
 * @param wanted the release of the kernel that was to run
 * @param boot in which it was written
 * @param mount where the memory is, as {@code /proc/self/mounts} says it
 * @param ahead how far the host's clock was ahead of the hardware's, or null where it could not be told
 * @param began when the order came, by the host's clock
 * @param leftAt when all was saved and the kernel was left, or null
 * @param outcome what it came to, or null while VMs may stand still
 */
record KernelNote(
        EffectId effect,
        String from,
        String wanted,
        String boot,
        @Nullable String mount,
        @Nullable Duration ahead,
        Instant began,
        List<Kept> vms,
        @Nullable Instant leftAt,
        @Nullable Outcome outcome) {

    /**
     * One VM.
     *
     * @param skewNanos how far its clock was off before it stopped, or null where it could not be read
     * @param oneWayNanos how far wrong that can be
     */
    record Kept(VmId vm, String name, @Nullable Long skewNanos, long oneWayNanos, Instant stoodAt) {}

    KernelNote {
        vms = List.copyOf(vms);
    }

    KernelNote leaving(Instant at) {
        return new KernelNote(effect, from, wanted, boot, mount, ahead, began, vms, at, outcome);
    }

    KernelNote ended(Outcome as) {
        return new KernelNote(effect, from, wanted, boot, mount, ahead, began, vms, leftAt, as);
    }

    /** Whether VMs may stand still because of it. */
    boolean isOpen() {
        return outcome == null;
    }

    static Optional<KernelNote> read(Path file) throws IOException {
        return Files.exists(file)
                ? Optional.of(Json.mapper().readValue(Files.readString(file), KernelNote.class))
                : Optional.empty();
    }

    void write(Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        PrivateFiles.write(file, Json.mapper().writeValueAsString(this));
    }

    /** The boot that this process runs in. */
    static String thisBoot() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    }
}
