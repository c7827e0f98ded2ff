package dev.evenkeel.sim;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Severity;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The published updates. */
final class Catalogue {
    static final UpdateId FIRST = new UpdateId("vmm-11.1");
    static final UpdateId SECOND = new UpdateId("vmm-11.2");
    static final UpdateId KERNEL = new UpdateId("kernel-6.2");

    static final UpdateId PATCH = new UpdateId("patch-6.1");

    private static final TreeMap<UpdateId, Update> UPDATES = new TreeMap<>(Map.of(
            FIRST, vmm(FIRST, "11.1", "11.3", Method.MIGRATE, Method.SELF_SERVICE, Method.REBOOT),
            SECOND, vmm(SECOND, "11.2", "11.4", Method.PRESERVE_VMM, Method.MIGRATE, Method.REBOOT),
            KERNEL, kernel(KERNEL, "6.2", Method.PRESERVE_KERNEL, Method.MIGRATE, Method.REBOOT),
            PATCH, patch(PATCH, "6.1")));

    private Catalogue() {}

    static @Nullable Update find(UpdateId id) {
        return UPDATES.get(id);
    }

    static Update get(UpdateId id) {
        Update update = find(id);
        if (update == null) {
            throw new IllegalArgumentException("no update " + id);
        }
        return update;
    }

    static TreeSet<String> ids() {
        TreeSet<String> ids = new TreeSet<>();
        UPDATES.keySet().forEach(id -> ids.add(id.value()));
        return ids;
    }

    private static Update vmm(UpdateId id, String qemu, String libvirt, Method... methods) {
        PackageFile file = new PackageFile("qemu.deb", "ab".repeat(32), Bytes.ofMiB(30), "qemu-system-x86", qemu);
        return update(id, Component.VMM, "QEMU " + qemu, file, Map.of("qemu", qemu, "libvirt", libvirt), methods);
    }

    private static Update kernel(UpdateId id, String version, Method... methods) {
        PackageFile file = new PackageFile("linux.deb", "cd".repeat(32), Bytes.ofMiB(80), "linux-image", version);
        return update(id, Component.KERNEL, "Linux " + version, file, Map.of("kernel", version), methods);
    }

    /** A hot patch for one kernel and no other way in. */
    private static Update patch(UpdateId id, String kernel) {
        PatchFile file =
                new PatchFile("fix.ko", "ef".repeat(32), Bytes.ofMiB(1), PatchFile.Kind.LIVEPATCH, "fix", "1", kernel);
        return new Update(
                id,
                "1",
                Component.KERNEL,
                Severity.CRITICAL,
                "a fix for Linux " + kernel,
                Map.of(Method.HOT_PATCH, Payload.of(List.of(file))),
                new TreeMap<>());
    }

    private static Update update(
            UpdateId id,
            Component component,
            String title,
            PackageFile file,
            Map<String, String> verify,
            Method... methods) {
        Payload payload = new Payload(List.of(file), List.of(), List.of(), List.of());
        EnumMap<Method, Payload> payloads = new EnumMap<>(Method.class);
        List.of(methods).forEach(method -> payloads.put(method, payload));
        return new Update(id, file.version(), component, Severity.IMPORTANT, title, payloads, new TreeMap<>(verify));
    }
}
