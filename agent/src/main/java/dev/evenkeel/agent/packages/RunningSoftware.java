package dev.evenkeel.agent.packages;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.Domains;
import dev.evenkeel.agent.libvirt.LibvirtError;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What runs on the host, asked of what runs: a fresh probe VM for QEMU, the daemon for libvirt, the kernel for itself.
 * What is installed is never taken for an answer.
 */
public class RunningSoftware {
    private static final Pattern QEMU_VERSION =
            Pattern.compile("\"major\":\\s*(\\d+)|\"minor\":\\s*(\\d+)|\"micro\":\\s*(\\d+)");
    private static final Duration DAEMON_PATIENCE = Duration.ofMinutes(2);
    private static final int ASKED_AGAIN = 2;
    private static final String PROBE_PREFIX = "evenkeel-probe-";

    private final Supplier<Connection> libvirt;

    /** @param libvirt opens a new connection to this host's daemon; the caller closes it */
    public RunningSoftware(Supplier<Connection> libvirt) {
        this.libvirt = libvirt;
    }

    /** Whether a domain is one of our probes and no customer's VM. */
    public static boolean isProbe(String domainName) {
        return domainName.startsWith(PROBE_PREFIX);
    }

    /** Versions by name, as in {@link dev.evenkeel.core.fleet.HostFacts#versions}. */
    public SortedMap<String, String> versions() throws IOException {
        TreeMap<String, String> versions = new TreeMap<>();
        versions.put(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        microcode(versions);
        askDaemon(versions, ASKED_AGAIN);
        return versions;
    }

    /** A daemon that dies while it is asked is started again by its host, and says nothing about what is installed. */
    private void askDaemon(TreeMap<String, String> versions, int again) throws IOException {
        try (Connection connection = open()) {
            clearProbes(connection);
            versions.put("libvirt", connection.libvirtVersion());
            versions.put("qemu", probeQemu(connection));
        } catch (LibvirtException e) {
            if (again > 0) {
                askDaemon(versions, again - 1);
                return;
            }
            throw new IOException("libvirt on this host does not answer: " + e.getMessage(), e);
        }
    }

    /** A probe outlives the daemon or the agent that died before taking it away. */
    private static void clearProbes(Connection connection) {
        try (Domains domains = connection.domains()) {
            for (Domain domain : domains) {
                if (isProbe(domain.name())) {
                    domain.destroy();
                }
            }
        }
    }

    private static void microcode(TreeMap<String, String> versions) throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        Files.readAllLines(info).stream()
                .filter(line -> line.startsWith("microcode"))
                .findFirst()
                .ifPresent(line -> versions.put(
                        "microcode", line.substring(line.indexOf(':') + 1).strip()));
    }

    private Connection open() throws IOException {
        Connection[] opened = new Connection[1];
        boolean answered = Waiting.until(DAEMON_PATIENCE, () -> {
            try {
                opened[0] = libvirt.get();
                return true;
            } catch (LibvirtException e) {
                return false; // just restarted: its socket is not there yet
            }
        });
        if (!answered) {
            throw new IOException("libvirt on this host does not answer within " + DAEMON_PATIENCE.toSeconds() + " s");
        }
        return opened[0];
    }

    /** Starts a VM without disk or network, stopped at its first instruction, asks it, and takes it away. */
    private static String probeQemu(Connection connection) throws IOException {
        try (Domain probe = startProbe(connection, "", UnaryOperator.identity())) {
            try {
                return parseVersion(probe.monitor("{\"execute\":\"query-version\"}"));
            } finally {
                probe.destroy();
            }
        }
    }

    /** Whether libvirt lets a hook refuse a VM on this host now, tried with a VM that the hook has to refuse. */
    boolean isRefusedByHook() throws IOException {
        try (Connection connection = open();
                Domain probe = startProbe(connection, "hook-", UnaryOperator.identity())) {
            probe.destroy();
            return false;
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.HOOK_SCRIPT_FAILED) {
                return true;
            }
            throw new IOException("a probe VM can't be started: " + e.getMessage(), e);
        }
    }

    /** @param document makes of the probe's document the one to start */
    public static Domain startProbe(Connection connection, String what, UnaryOperator<String> document) {
        UUID id = UUID.randomUUID();
        String name = PROBE_PREFIX + what + id.toString().substring(0, 8);
        String xml = """
                <domain type='qemu'><name>%s</name><uuid>%s</uuid><memory unit='MiB'>16</memory><vcpu>1</vcpu>\
                <os><type arch='x86_64'>hvm</type></os><on_poweroff>destroy</on_poweroff>\
                <devices><controller type='usb' model='none'/><memballoon model='none'/></devices></domain>\
                """.formatted(name, id);
        return connection.create(document.apply(xml));
    }

    /** The version within an answer to QMP's query-version. */
    public static String parseVersion(String answer) throws IOException {
        String[] parts = new String[3];
        Matcher matcher = QEMU_VERSION.matcher(answer);
        while (matcher.find()) {
            for (int i = 0; i < 3; i++) {
                if (matcher.group(i + 1) != null) {
                    parts[i] = matcher.group(i + 1);
                }
            }
        }
        if (parts[0] == null || parts[1] == null || parts[2] == null) {
            throw new IOException("query-version answered " + answer);
        }
        return String.join(".", parts);
    }

    boolean isOn(Update update) throws IOException {
        return update.isOn(versions());
    }

    /** Compares what runs with what the update promises. */
    Outcome prove(Update update) {
        try {
            SortedMap<String, String> versions = versions();
            Refusal wrong = null;
            for (var want : update.verify().entrySet()) {
                String found = versions.get(want.getKey());
                if (!Update.matches(found, want.getValue())) {
                    Refusal first = wrong == null
                            ? Refusal.of("NOT_RUNNING", "the host does not run what the update brings")
                            : wrong;
                    wrong = first.with(want.getKey(), "wanted " + want.getValue() + ", runs " + found);
                }
            }
            return wrong == null
                    ? new Outcome.Changed(new TreeMap<>(), versions)
                    : new Outcome.Failed(wrong, Aftermath.CHANGED, false);
        } catch (IOException e) {
            return new Outcome.Failed(
                    Refusal.of("NOT_RUNNING", "what runs can't be asked: " + e.getMessage()), Aftermath.CHANGED, true);
        }
    }
}
