package dev.evenkeel.agent;

import dev.evenkeel.agent.facts.LibvirtObserver;
import dev.evenkeel.agent.hotpatch.HotPatches;
import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Libvirt;
import dev.evenkeel.agent.metadata.GuestDocuments;
import dev.evenkeel.agent.metadata.MetadataService;
import dev.evenkeel.agent.packages.PayloadCache;
import dev.evenkeel.agent.preserve.VmmHandover;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * Goes once through what an agent does when it starts: its commands, a try to join a server that is not there, a look at the
 * host that libvirt's test driver makes up. Where the JVM writes down what it loaded and linked meanwhile (JEP 514,
 * ahead-of-time cache), later starts on a slow host take a fraction of the time. It changes nothing.
 *
 * <p>Its only argument is an empty directory for the key that a host makes before it asks to join.
 */
final class Rehearsal {
    private static final String LIBVIRT = "test:///default";

    private Rehearsal() {}

    static void main(String[] args) throws IOException {
        Logs.toStderr();
        Path state = Path.of(args[0]);
        CommandLine commands = Main.commandLine();
        for (List<String> words : List.of(
                List.of("--help"),
                List.of("run", "--state", state.resolve("nobody").toString()),
                List.of(
                        "join",
                        "--server=https://127.0.0.1:1",
                        "--token=" + "n".repeat(43) + "." + "0".repeat(64),
                        "--address=127.0.0.1",
                        "--host-id=nobody",
                        "--no-libvirt-tls",
                        "--state=" + state))) {
            commands.execute(words.toArray(String[]::new));
        }
        if (Libvirt.whyUnavailable().isEmpty()) {
            Supplier<Connection> libvirt = () -> Connection.open(LIBVIRT);
            BlockingCalls calls = new BlockingCalls(1);
            VmmHandover none = new VmmHandover(state, libvirt, calls, () -> false);
            PayloadCache payloads = new PayloadCache(
                    state.resolve("payloads"),
                    (sha256, from) -> {
                        throw new IOException("nobody has payloads");
                    },
                    Duration.ZERO);
            HotPatches patches = new HotPatches(
                    state.resolve("hot-patches"), payloads, Duration.ZERO, libvirt, _ -> Optional.empty());
            InstantSource clock = InstantSource.system();
            GuestDocuments documents = new GuestDocuments(state.resolve("metadata"), clock);
            MetadataService guests = MetadataService.start(MetadataService.Mode.OFF, state, documents, clock);
            var seen =
                    new LibvirtObserver(new HostId("nobody"), "127.0.0.1", null, libvirt, none, patches, guests).look();
            calls.close();
            Files.writeString(state.resolve("seen"), Json.mapper().writeValueAsString(seen));
        }
    }
}
