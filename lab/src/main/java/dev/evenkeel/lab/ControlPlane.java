package dev.evenkeel.lab;

import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.ProcessMark;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The lab's own Evenkeel: a server in the control namespace and an agent on each host, joined with a one-time token.
 * The server's state is in the lab's directory and goes with it. {@code context.properties} in the state directory
 * tells the CLI where it is.
 */
final class ControlPlane {
    static final String API = "http://" + Fabric.CONTROL_ADDRESS + ":8440";
    private static final String GATEWAY = "https://" + Fabric.CONTROL_ADDRESS + ":8441";
    private static final Duration JOIN = Duration.ofMinutes(10);
    /** As the launcher starts an agent: a small heap, little compiled code, nothing kept that is not used. */
    static final List<String> AGENT_FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-Xms12m",
            "-Xmn5m",
            "-Xmx64m",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-XX:TrimNativeHeapInterval=10000",
            "-XX:TieredStopAtLevel=1",
            "-XX:CompileThresholdScaling=5",
            "--enable-native-access=ALL-UNNAMED");

    private final LabRecord record;
    private final Fabric fabric;

    ControlPlane(LabRecord record, Fabric fabric) {
        this.record = record;
        this.fabric = fabric;
    }

    /** Starts the server, lets the hosts join and starts their agents. */
    void start(List<LabHost> hosts) throws IOException {
        startServer();
        join(hosts);
        startObserver();
        Trees.write(
                context(record),
                "server=" + API + "\ntoken-file=" + state().resolve("admin-token") + "\nnetns=" + fabric.control()
                        + "\n");
    }

    /** Starts the server, anew or again on the state it left; it need not answer yet when this returns. */
    void startServer() throws IOException {
        Path log = record.directory().resolve("server.log");
        List<String> words = Fabric.in(
                fabric.control(),
                List.of(
                        record.need("jdk") + "/bin/java",
                        "-XX:+UseSerialGC",
                        "-Xms24m",
                        "-Xmn16m",
                        "-Xmx192m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        lib() + "/*",
                        "dev.evenkeel.server.Main",
                        "serve",
                        "--state",
                        record.directory().toString(), // it keeps to "server" in it
                        "--host",
                        Fabric.CONTROL_ADDRESS));
        Process process = Command.of(words).detach(log);
        Optional<ProcessMark> mark = ProcessMark.of(process.pid());
        if (mark.isEmpty()) {
            throw new IOException("The server ended at once: " + Files.readString(log));
        }
        record.process("server", mark.get());
    }

    /** Starts what tells the server what the collector sees; the server has made its token by now. */
    private void startObserver() throws IOException {
        Path log = record.directory().resolve("observer.log");
        List<String> words = Fabric.in(
                fabric.control(),
                List.of(
                        record.need("jdk") + "/bin/java",
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        lib() + "/*",
                        Observer.class.getName(),
                        API,
                        state().resolve("observer-token").toString(),
                        record.directory().resolve("beats").toString()));
        Process process = Command.of(words).detach(log);
        Optional<ProcessMark> mark = ProcessMark.of(process.pid());
        if (mark.isEmpty()) {
            throw new IOException("The observer ended at once: " + Files.readString(log));
        }
        record.process("observer", mark.get());
    }

    /** Lets hosts join the fleet and starts their agents. */
    void join(List<LabHost> hosts) throws IOException {
        Map<String, String> tokens = tokens(hosts);
        LabHost.inParallel(hosts, host -> {
            List<String> words = new ArrayList<>(agent(host.kind()));
            words.addAll(List.of(
                    "join",
                    "--server",
                    GATEWAY,
                    "--token",
                    tokens.getOrDefault(host.name(), ""),
                    "--address",
                    host.address(),
                    "--host-id",
                    host.name(),
                    "--rack",
                    host.rack()));
            Command.Result joined = host.command(words).within(JOIN).run();
            if (!joined.ok()) {
                throw new IOException(host + " could not join: " + joined.complaint());
            }
            // libvirtd opens its TLS port only now that the host has a certificate.
            host.command(List.of("systemctl", "restart", "libvirtd")).check();
            String run = "exec " + String.join(" ", agent(host.kind())) + " run\n";
            host.command(List.of(
                            "sh",
                            "-c",
                            "cat >/var/lib/evenkeel/lab-agent && cp /var/lib/evenkeel/lab-agent /run/lab/agent"))
                    .withInput(run)
                    .check();
            host.release("agent");
            host.awaitLibvirtd();
        });
    }

    /** Forgets where the CLI finds this lab's server, if that is where it looks. */
    static void forget(LabRecord record) throws IOException {
        Path context = context(record);
        String mine = "netns=" + new Fabric(record.need("name")).control();
        if (Files.exists(context) && Files.readAllLines(context).contains(mine)) {
            Files.delete(context);
        }
    }

    private Map<String, String> tokens(List<LabHost> hosts) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                record.need("jdk") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                lib() + "/*",
                JoinTokens.class.getName(),
                API,
                state().resolve("admin-token").toString()));
        hosts.forEach(host -> words.add(host.name()));
        Command.Result result = Command.of(Fabric.in(fabric.control(), words))
                .within(Duration.ofMinutes(5))
                .run();
        if (!result.ok()) {
            throw new IOException("The server does not let hosts join: " + result.complaint() + "; it says: "
                    + Command.of(
                                    "tail",
                                    "-n",
                                    "20",
                                    record.directory().resolve("server.log").toString())
                            .run()
                            .out());
        }
        Map<String, String> tokens = new LinkedHashMap<>();
        result.out().lines().map(line -> line.split(" ")).forEach(f -> tokens.put(f[0], f[1]));
        return tokens;
    }

    private List<String> agent(HostKind kind) throws IOException {
        List<String> words = new ArrayList<>(List.of("/opt/evenkeel/jdk/bin/java"));
        words.addAll(AGENT_FLAGS);
        if (kind == HostKind.KERNEL) {
            words.add("-XX:AOTCache=" + OptImage.START_CACHE); // the host is some twenty times slower than the machine
        }
        words.addAll(List.of("-cp", "/opt/evenkeel/lib/" + agentJar(Path.of(lib())), "dev.evenkeel.agent.Main"));
        return words;
    }

    /** The name of the jar that is the agent, and names all others that an agent takes. */
    static String agentJar(Path lib) throws IOException {
        try (Stream<Path> jars = Files.list(lib)) {
            return jars.map(jar -> String.valueOf(jar.getFileName()))
                    .filter(name -> name.startsWith("agent-") && name.endsWith(".jar"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> new IOException(lib + ": no agent-*.jar among Evenkeel's jars"));
        }
    }

    private Path state() {
        return record.directory().resolve("server");
    }

    private String lib() throws IOException {
        return record.get("lib")
                .orElseThrow(() -> new IOException("Evenkeel's jars are not found, so there is no server to start;"
                        + " build with \"mvn package\" or name their directory in EVENKEEL_LIB"));
    }

    private static Path context(LabRecord record) {
        Path state = record.directory().resolve("../..").normalize();
        return state.resolve("context.properties");
    }
}
