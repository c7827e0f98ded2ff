package dev.evenkeel.agent.packages;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Severity;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A host on which qemu 10 and its firmware are installed, and an update that brings version 11 of both. */
final class PackageHost {
    static final Method METHOD = Method.MIGRATE;

    final FakeDpkg dpkg = new FakeDpkg();
    final List<String> vms = new ArrayList<>();
    private final Path state;
    private final Map<String, String> payloads = new HashMap<>();
    final Update update = new Update(
            new UpdateId("qemu-11"),
            "11",
            Component.VMM,
            Severity.MODERATE,
            "QEMU 11",
            Map.of(
                    METHOD,
                    new Payload(
                            List.of(file("qemu", "11"), file("seabios", "11")),
                            List.of(file("qemu", "10"), file("seabios", "10")),
                            List.of(),
                            List.of())),
            new TreeMap<>(Map.of("qemu", "11")));

    /** An update that replaces nothing: it brings a package that was not there. */
    final Update addition = new Update(
            new UpdateId("microcode-2"),
            "2",
            Component.FIRMWARE,
            Severity.LOW,
            "Microcode 2",
            Map.of(METHOD, new Payload(List.of(file("microcode", "2")), List.of(), List.of("microcode"), List.of())),
            new TreeMap<>(Map.of("microcode", "2")));

    PackageHost(Path state) {
        this.state = state;
        dpkg.installed.putAll(Map.of("qemu", "10", "seabios", "10"));
    }

    private PackageFile file(String name, String version) {
        String content = name + "_" + version;
        try {
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8)));
            payloads.put(digest, content);
            return new PackageFile(content + "_amd64.deb", digest, new Bytes(content.length()), name, version);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A new life of the agent on this host. */
    PackageUpdates agent() {
        PayloadCache cache = new PayloadCache(
                state.resolve("payloads"),
                (digest, from) -> new ByteArrayInputStream(
                        payloads.getOrDefault(digest, "").substring((int) from).getBytes(StandardCharsets.UTF_8)),
                Duration.ZERO);
        RunningSoftware running =
                new RunningSoftware(() -> {
                    throw new IllegalStateException("there is no libvirt here");
                }) {
                    @Override
                    public SortedMap<String, String> versions() throws IOException {
                        return new TreeMap<>(Map.of("qemu", dpkg.installed.getOrDefault("qemu", "none")));
                    }
                };
        return new PackageUpdates(
                state.resolve("packages"), cache, dpkg, new Services(), running, () -> vms, closing());
    }

    /** The mark that closes the host, as this life of the agent uses it. */
    Closing closing() {
        return new Closing(hook().mark(), () -> true, new ServicePolicy(state));
    }

    QemuHook hook() {
        return new QemuHook(state.resolve("hooks"), state);
    }

    boolean isClosed() {
        return Files.exists(hook().mark());
    }
}
