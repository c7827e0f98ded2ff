package dev.evenkeel.agent.packages;

import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether the host may be changed now, and if not, why. */
final class Readiness {
    /** Free space that must stay after the files were fetched, for each byte of package to unpack. */
    private static final int UNPACK_FACTOR = 4;

    private static final String UNSEEN = "HOST_UNSEEN";

    private static final Duration BUSY_PATIENCE = Duration.ofMinutes(2);

    private final Dpkg dpkg;
    private final PayloadCache payloads;
    private final Supplier<List<String>> livingVms;

    Readiness(Dpkg dpkg, PayloadCache payloads, Supplier<List<String>> livingVms) {
        this.dpkg = dpkg;
        this.payloads = payloads;
        this.livingVms = livingVms;
    }

    /** Whether VMs on the host are in the way of a change. */
    @FunctionalInterface
    interface Occupants {
        /** Null when none is. */
        @Nullable
        Refusal inTheWay() throws IOException;
    }

    /** VMs that stay while the packages beneath them are changed are not in the way. */
    Occupants occupants(Method method) {
        return preserves(method) ? () -> null : this::notEmpty;
    }

    /** The same for an undo. */
    Occupants occupantsAtUndo(Method method) {
        return preserves(method) ? () -> null : this::notEmptyForUndo;
    }

    private static boolean preserves(Method method) {
        return method == Method.PRESERVE_VMM || method == Method.PRESERVE_KERNEL;
    }

    /** Null when the host may be changed by this payload as far as dpkg, disks and VMs go. */
    @Nullable
    Refusal preflight(Payload payload, Occupants occupants) throws IOException {
        Refusal filled = occupants.inTheWay();
        if (filled != null) {
            return filled;
        }
        String broken = dpkg.audit();
        if (!broken.isEmpty()) {
            return Refusal.of("DPKG_BROKEN", "dpkg on this host has unfinished business; run dpkg --configure -a there")
                    .with("audit", broken.length() > 500 ? broken.substring(0, 500) : broken);
        }
        long unpack =
                payload.packages().stream().mapToLong(p -> p.size().value()).sum();
        long fetch = Stream.concat(payload.packages().stream(), payload.previous().stream())
                .filter(p -> !payloads.has(p))
                .mapToLong(p -> p.size().value())
                .sum();
        Files.createDirectories(payloads.directory());
        Refusal here = room(payloads.directory(), fetch);
        return here != null ? here : room(Path.of("/usr"), unpack * UNPACK_FACTOR);
    }

    private static @Nullable Refusal room(Path where, long needed) throws IOException {
        long free = Files.getFileStore(where).getUsableSpace();
        return free >= needed
                ? null
                : Refusal.of(
                        "DISK_FULL",
                        where + " has " + new Bytes(free) + " free, " + new Bytes(needed)
                                + " are needed; make room there");
    }

    /** Null when no VM lives here; a VM that is arriving counts as one. */
    private @Nullable Refusal notEmpty() {
        List<String> vms;
        try {
            vms = livingVms.get();
        } catch (LibvirtException e) {
            return Refusal.of(UNSEEN, "what lives on this host can't be seen: " + e.getMessage());
        }
        return filled(vms);
    }

    /** A package that would be replaced must be in the set that brings back what is there now. */
    @Nullable
    Refusal missingWayBack(Payload payload) throws IOException {
        SortedMap<String, String> installed = dpkg.installed();
        List<String> missing = new ArrayList<>();
        for (PackageFile file : payload.packages()) {
            String now = installed.get(file.name());
            boolean back = payload.previous().stream()
                    .anyMatch(p -> p.name().equals(file.name()) && p.version().equals(now));
            if (now != null && !now.equals(file.version()) && !back) {
                missing.add(file.name() + "=" + now);
            }
        }
        return missing.isEmpty()
                ? null
                : Refusal.of(
                        "NO_WAY_BACK",
                        "the manifest's previous set lacks what this host runs now: " + String.join(", ", missing)
                                + "; add these packages to it");
    }

    /**
     * The same for an undo, which is to bring back a host whose libvirt may not answer any more: then the processes tell.
     */
    private @Nullable Refusal notEmptyForUndo() throws IOException {
        Refusal refusal = notEmpty();
        return refusal != null && refusal.code().equals(UNSEEN) ? filled(VmProcesses.running()) : refusal;
    }

    private static @Nullable Refusal filled(List<String> vms) {
        return vms.isEmpty()
                ? null
                : Refusal.of("HOST_NOT_EMPTY", vms.size() + " VMs live on this host: " + String.join(", ", vms));
    }

    boolean awaitIdle() throws IOException {
        return Waiting.until(BUSY_PATIENCE, dpkg::idle);
    }

    static Refusal busy() {
        return Refusal.of("DPKG_BUSY", "another dpkg or apt works on this host; try again when it has ended");
    }
}
