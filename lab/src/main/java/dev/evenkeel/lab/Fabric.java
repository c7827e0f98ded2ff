package dev.evenkeel.lab;

import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A lab's wires: a control namespace with two bridges, {@code mgmt} (10.77.0.0/24, hosts and server) and {@code vmnet}
 * (10.78.0.0/16, guests and collector), and a namespace per host with a cable to each. Everything is in namespaces of
 * the lab; the machine's own network is neither seen nor changed.
 */
final class Fabric {
    static final String CONTROL_ADDRESS = "10.77.0.1";
    static final String COLLECTOR_ADDRESS = "10.78.0.1";
    static final int COLLECTOR_PORT = 9000;
    private static final Path NAMESPACES = Path.of("/run/netns");

    private final String lab;

    Fabric(String lab) {
        this.lab = lab;
    }

    String control() {
        return lab + "-ctl";
    }

    String namespace(int host) {
        return lab + "-h" + host;
    }

    static Path path(String namespace) {
        return NAMESPACES.resolve(namespace);
    }

    static String address(int host) {
        return "10.77.0." + (10 + host);
    }

    /** Whether a process is in a namespace of a lab of this name; what one left behind that has none any more is taken away. */
    boolean inUse() throws IOException {
        List<Integer> hosts = new ArrayList<>();
        for (int n = 1; n <= LabSpec.MOST_HOSTS; n++) {
            if (Files.exists(path(namespace(n)))) {
                hosts.add(n);
            }
        }
        List<String> all = new ArrayList<>(hosts.stream().map(this::namespace).toList());
        all.add(control());
        for (String namespace : all) {
            if (!processes(namespace).isEmpty()) {
                return true;
            }
        }
        remove(hosts);
        return false;
    }

    /** A command that runs in one of the lab's namespaces, otherwise on the machine as it is. */
    static List<String> in(String namespace, List<String> words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + path(namespace)));
        all.addAll(words);
        return all;
    }

    void createControl() throws IOException {
        Command.of("ip", "netns", "add", control()).check();
        quiet(control());
        batch(
                control(),
                "link set lo up",
                "link add mgmt type bridge",
                "link add vmnet type bridge",
                "link set mgmt up",
                "link set vmnet up",
                "addr add " + CONTROL_ADDRESS + "/24 dev mgmt",
                "addr add " + COLLECTOR_ADDRESS + "/16 dev vmnet");
    }

    void addHost(int n) throws IOException {
        addCables(n);
        batch(
                namespace(n),
                "addr add " + address(n) + "/24 dev m0",
                "link set m0 up",
                "link add br0 type bridge",
                "link set u0 master br0 up",
                "link set br0 up");
    }

    /** Where the cables end for a full-kernel host: its emulator's network cards 0 and 1 are on switches s0 and s1. */
    void addKernelHost(int n) throws IOException {
        addCables(n);
        batch(
                namespace(n),
                "link add s0 type bridge",
                "link add s1 type bridge",
                "link set m0 master s0 up",
                "link set u0 master s1 up",
                "link set s0 up",
                "link set s1 up");
    }

    private void addCables(int n) throws IOException {
        String host = namespace(n);
        Command.of("ip", "netns", "add", host).check();
        quiet(host);
        batch(
                control(),
                "link add m" + n + " type veth peer name m0 netns " + host,
                "link add u" + n + " type veth peer name u0 netns " + host,
                "link set m" + n + " master mgmt up",
                "link set u" + n + " master vmnet up");
        batch(host, "link set lo up");
    }

    /** Takes all namespaces away, with whatever interfaces are in them. */
    void remove(List<Integer> hosts) throws IOException {
        for (int n : hosts) {
            delete(namespace(n));
        }
        delete(control());
        // ip-netns(8) makes /run/netns a mount of its own; take that back too when nobody is left in it.
        if (Files.isDirectory(NAMESPACES)) {
            try (var left = Files.list(NAMESPACES)) {
                if (left.findAny().isPresent()) {
                    return;
                }
            }
            Command.of("umount", NAMESPACES.toString()).run();
            Command.of("rmdir", NAMESPACES.toString()).run();
        }
    }

    /** Numbers of the processes whose network is the namespace's. */
    static List<Long> processes(String namespace) throws IOException {
        if (!Files.exists(path(namespace))) {
            return List.of();
        }
        Command.Result result = Command.of("ip", "netns", "pids", namespace).run();
        return result.out()
                .lines()
                .filter(l -> !l.isBlank())
                .map(l -> Long.parseLong(l.strip()))
                .toList();
    }

    /** Pulls or plugs the host's management cable. */
    void link(int n, boolean up) throws IOException {
        batch(control(), up ? "link set m" + n + " master mgmt" : "link set m" + n + " nomaster");
    }

    /**
     * What a host's ip(8) does to cut or mend the way to another host alone: it believes that the other has a hardware
     * address that nobody has, so packets leave and never arrive, as in a broken switch.
     */
    static String neighbour(int other, boolean up) {
        return up
                ? "neigh flush to " + address(other) + " dev m0 nud permanent"
                : "neigh replace " + address(other) + " lladdr 02:00:de:ad:00:00 dev m0 nud permanent";
    }

    /** What a host's ip(8) does to drop or let through what it sends to one TCP port of the control namespace. */
    static String port(int port, boolean open) {
        String rule = "to " + CONTROL_ADDRESS + " ipproto tcp dport " + port + " blackhole";
        return "rule " + (open ? "del " : "add ") + rule + " priority 100";
    }

    /** Limits both directions of the host's management cable; 0 lifts the limit. */
    void shape(int n, int mibPerSecond) throws IOException {
        for (List<String> end : List.of(List.of(namespace(n), "m0"), List.of(control(), "m" + n))) {
            List<String> tc = new ArrayList<>(List.of("tc", "-netns", end.getFirst(), "qdisc"));
            if (mibPerSecond == 0) {
                tc.addAll(List.of("del", "dev", end.getLast(), "root"));
                Command.of(tc).run();
            } else {
                tc.addAll(List.of("replace", "dev", end.getLast(), "root", "tbf", "rate", mibPerSecond * 8L + "mibit"));
                tc.addAll(List.of("burst", "256kb", "latency", "50ms"));
                Command.of(tc).check();
            }
        }
    }

    private static void quiet(String namespace) throws IOException {
        // Router solicitations and duplicate address checks would only cost time. A kernel without IPv6 has no such
        // file.
        String off = "f=/proc/sys/net/ipv6/conf; for i in all default; do"
                + " if [ -e $f/$i ]; then echo 1 >$f/$i/disable_ipv6; fi; done";
        Command.of(in(namespace, List.of("sh", "-c", off))).check();
    }

    private static void delete(String namespace) throws IOException {
        if (Files.exists(path(namespace))) {
            Command.of("ip", "netns", "del", namespace).check();
        }
    }

    private static void batch(String namespace, String... commands) throws IOException {
        Command.of("ip", "-n", namespace, "-batch", "-")
                .withInput(String.join("\n", commands) + "\n")
                .check();
    }
}
