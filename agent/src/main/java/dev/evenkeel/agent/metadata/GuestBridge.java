package dev.evenkeel.agent.metadata;

import dev.evenkeel.agent.packages.Command;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * 169.254.169.254 on one bridge of this host. A pair of interfaces leads from the bridge into a namespace in which there
 * is nothing but our socket, so VMs reach nothing else of the host's, and the host keeps its own route to that address, as
 * on a host that is itself a VM of a cloud.
 *
 * <p>Every host's end has the same hardware address, so that a VM that was moved goes on with the one in its cache. Bridges
 * of several hosts can be one network; therefore the address is pinned to our port of the bridge and cannot be learnt from
 * another, and our end never broadcasts: it learns where a VM is from the VM's own words (arp_accept, and what was known
 * before a restart), see ip-sysctl.rst, bridge(8).
 */
final class GuestBridge implements AutoCloseable {
    static final String ADDRESS = "169.254.169.254";
    private static final int PORT = 80;
    private static final String MAC = "02:45:4b:a9:fe:fe";
    /** Higher than any that a bridge would take for its own: bridges go by the lowest of their ports. */
    private static final String PORT_MAC = "fe:ff:a9:fe:a9:fe";

    private static final String INSIDE = "md0";
    private static final Duration TOOL = Duration.ofSeconds(20);

    private final String bridge;
    private final String port;
    private final ServerSocketChannel socket;
    private final FileChannel neighbours;

    private GuestBridge(String bridge, String port, Opened opened) {
        this.bridge = bridge;
        this.port = port;
        this.socket = opened.socket();
        this.neighbours = opened.neighbours();
    }

    private record Opened(ServerSocketChannel socket, FileChannel neighbours) {}

    /**
     * Puts the address on a bridge, in the place of what a killed agent may have left.
     *
     * @param known neighbours from before a restart: address and hardware address
     * @throws IOException when it can't be done, with what the tool said
     */
    static GuestBridge open(String bridge, Map<String, String> known) throws IOException {
        Path sys = Path.of("/sys/class/net", bridge);
        String port = "ekmd" + Files.readString(sys.resolve("ifindex")).strip();
        String mtu = Files.readString(sys.resolve("mtu")).strip();
        if (exists(port)) {
            run("ip", "link", "del", port);
        }
        try {
            Opened opened = LocalNetwork.open(
                    namespace -> furnish(bridge, port, mtu, namespace, known), GuestBridge::openInside);
            return new GuestBridge(bridge, port, opened);
        } catch (IOException e) {
            if (exists(port)) {
                run("ip", "link", "del", port);
            }
            throw e;
        }
    }

    private static void furnish(String bridge, String port, String mtu, Path namespace, Map<String, String> known)
            throws IOException {
        String ns = namespace.toString();
        run(
                "ip", "link", "add", port, "address", PORT_MAC, "mtu", mtu, "type", "veth", "peer", "name", INSIDE,
                "address", MAC, "mtu", mtu, "netns", ns);
        run("ip", "link", "set", port, "master", bridge, "up");
        run("bridge", "link", "set", "dev", port, "learning", "off");
        run("bridge", "fdb", "replace", MAC, "dev", port, "master", "static", "sticky");
        List<String> script = new ArrayList<>(List.of(
                "set -e",
                "cd /proc/sys/net",
                "if [ -e ipv6/conf/" + INSIDE + " ]; then echo 1 >ipv6/conf/" + INSIDE + "/disable_ipv6; fi",
                "echo 1 >ipv4/conf/" + INSIDE + "/arp_accept",
                "echo 0 >ipv4/neigh/" + INSIDE + "/mcast_solicit",
                "ip addr add " + ADDRESS + "/32 dev " + INSIDE,
                "ip link set " + INSIDE + " up",
                "ip route add default dev " + INSIDE + " scope link src " + ADDRESS));
        known.forEach(
                (ip, mac) -> script.add("ip neigh replace " + ip + " lladdr " + mac + " dev " + INSIDE + " nud stale"));
        run("nsenter", "--net=" + ns, "sh", "-c", String.join("\n", script));
    }

    private static Opened openInside() throws IOException {
        FileChannel neighbours = FileChannel.open(Path.of("/proc/thread-self/net/arp"));
        try {
            return new Opened(MetadataServer.bind(new InetSocketAddress(ADDRESS, PORT)), neighbours);
        } catch (IOException e) {
            neighbours.close();
            throw e;
        }
    }

    private static boolean exists(String device) {
        return Files.exists(Path.of("/sys/class/net", device));
    }

    private static void run(String... words) throws IOException {
        Command.Result result = Command.run(TOOL, Map.of(), List.of(words));
        if (!result.ok()) {
            throw new IOException(words[0] + " " + words[1] + " " + words[2] + ": " + result.tail());
        }
    }

    ServerSocketChannel socket() {
        return socket;
    }

    /** The neighbour table beyond the socket, in the form of /proc/net/arp; to be read from its beginning. */
    FileChannel neighbours() {
        return neighbours;
    }

    /** Whether our port is still one of the bridge's; not so when somebody made the bridge anew. */
    boolean stands() {
        return Files.exists(Path.of("/sys/class/net", bridge, "brif", port));
    }

    @Override
    public void close() throws IOException {
        neighbours.close();
        socket.close();
        if (exists(port)) {
            run("ip", "link", "del", port);
        }
    }
}
