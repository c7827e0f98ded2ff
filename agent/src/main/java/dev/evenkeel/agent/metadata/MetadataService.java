package dev.evenkeel.agent.metadata;

import dev.evenkeel.agent.facts.LibvirtObserver;
import dev.evenkeel.agent.facts.VmPort;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps 169.254.169.254 answered for the VMs of this host: on each bridge that one of them is on, for as long as the agent runs. */
public final class MetadataService implements LibvirtObserver.GuestService, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataService.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Pattern KNOWN = Pattern.compile("([0-9.]{7,15}) ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})");

    private final Mode mode;
    private final Path directory;
    private final GuestDocuments documents;
    private final InstantSource clock;
    private final Semaphore news = new Semaphore(0);
    private volatile List<VmPort> ports = List.of();
    private volatile String status;
    // The rest is guarded by this object's lock.
    private final Map<String, Served> served = new TreeMap<>();
    private final Map<String, String> troubles = new TreeMap<>();
    private final Map<String, String> saved = new TreeMap<>();
    private boolean closed;
    private @Nullable Thread thread;

    /** How VMs reach the service. */
    public enum Mode {
        /** Over the bridges that they are on. */
        ON,
        /** Not at all. */
        OFF,
        /** Each by an interface of its own that the host routes; the host has the address itself. */
        ROUTED
    }

    /** A socket that is served, and what it is on. */
    private record Served(
            MetadataServer server,
            AutoCloseable on,
            @Nullable GuestBridge bridge) {}

    private MetadataService(Mode mode, Path directory, GuestDocuments documents, InstantSource clock) {
        this.mode = mode;
        this.directory = directory;
        this.documents = documents;
        this.clock = clock;
        this.status = mode == Mode.OFF ? "off" : "no VM yet";
    }

    /** @param directory where the key of session tokens and known neighbours lie */
    public static MetadataService start(Mode mode, Path directory, GuestDocuments documents, InstantSource clock) {
        MetadataService service = new MetadataService(mode, directory, documents, clock);
        if (mode != Mode.OFF) {
            Thread thread =
                    Thread.ofPlatform().daemon().name("metadata-bridges").unstarted(service::run);
            service.thread = thread;
            thread.start();
        }
        return service;
    }

    @Override
    public void seen(List<VmPort> now) {
        if (!now.equals(ports)) {
            ports = List.copyOf(now);
            news.release();
        }
    }

    @Override
    public String status() {
        return status;
    }

    private void run() {
        try {
            while (true) {
                try {
                    round();
                } catch (RuntimeException e) {
                    LOG.error("VMs on new bridges are not served until the next round", e);
                }
                news.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                news.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the agent stops
        }
    }

    private synchronized void round() {
        if (closed) {
            return;
        }
        TreeSet<String> wanted = new TreeSet<>();
        if (mode == Mode.ROUTED) {
            wanted.add("");
        } else {
            ports.forEach(port -> port.bridge().ifPresent(wanted::add));
        }
        for (String bridge : List.copyOf(served.keySet())) {
            Served one = served.get(bridge);
            if (one != null && one.bridge() != null && !one.bridge().stands()) {
                LOG.warn("bridge {} was taken away or made anew", bridge);
                end(bridge, one);
            }
        }
        troubles.keySet().retainAll(wanted);
        for (String bridge : wanted) {
            if (!served.containsKey(bridge)) {
                begin(bridge);
            }
        }
        served.forEach(this::save);
        status = told();
    }

    private String told() {
        if (!troubles.isEmpty()) {
            return "no: " + String.join("; ", troubles.values());
        }
        if (mode == Mode.ROUTED) {
            return "routed";
        }
        return served.isEmpty() ? "no VM yet" : "on " + String.join(", ", served.keySet());
    }

    private void begin(String bridge) {
        try {
            served.put(bridge, mode == Mode.ROUTED ? routed() : bridged(bridge));
            LOG.info(
                    "{} answers VMs {}",
                    GuestBridge.ADDRESS,
                    bridge.isEmpty() ? "by routed interfaces" : "on " + bridge);
            troubles.remove(bridge);
        } catch (IOException e) {
            String why = (bridge.isEmpty() ? "" : bridge + ": ") + e.getMessage();
            if (!why.equals(troubles.put(bridge, why))) {
                LOG.warn(
                        "VMs are not told of scheduled events inside, {}; tried again every {} s",
                        why,
                        LOOK_EVERY.toSeconds());
            }
        }
    }

    private Served bridged(String name) throws IOException {
        GuestBridge bridge = GuestBridge.open(name, restore(name));
        Path sys = Path.of("/sys/class/net", name);
        GuestPeers peers = new GuestPeers(
                new GuestPeers.Tables() {
                    @Override
                    public Map<String, Neighbours.Neighbour> neighbours() throws IOException {
                        return Neighbours.read(bridge.neighbours());
                    }

                    @Override
                    public Map<String, String> forwarding() throws IOException {
                        return ForwardingTable.read(sys);
                    }
                },
                () -> ports);
        return new Served(MetadataServer.start(bridge.socket(), peers, documents, directory, clock), bridge, bridge);
    }

    private Served routed() throws IOException {
        FileChannel table = FileChannel.open(Path.of("/proc/net/arp"));
        GuestPeers peers = new GuestPeers(
                new GuestPeers.Tables() {
                    @Override
                    public Map<String, Neighbours.Neighbour> neighbours() throws IOException {
                        return Neighbours.read(table);
                    }

                    @Override
                    public Map<String, String> forwarding() {
                        return Map.of();
                    }
                },
                () -> ports);
        return new Served(
                MetadataServer.start(
                        MetadataServer.bind(new InetSocketAddress(GuestBridge.ADDRESS, 80)),
                        peers,
                        documents,
                        directory,
                        clock),
                table,
                null);
    }

    private void end(String bridge, Served one) {
        served.remove(bridge);
        one.server().close();
        try {
            one.on().close();
        } catch (Exception e) {
            LOG.warn("what led to the VMs of {} did not go away", bridge, e);
        }
    }

    /** Guests keep our hardware address in their caches while the agent restarts; so it keeps theirs. */
    private Map<String, String> restore(String bridge) {
        Map<String, String> known = new HashMap<>();
        try {
            Path file = neighbourFile(bridge);
            if (Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    var matcher = KNOWN.matcher(line);
                    if (matcher.matches()) {
                        known.put(matcher.group(1), matcher.group(2));
                    }
                }
            }
        } catch (IOException e) {
            LOG.debug("neighbours on {} are learnt anew", bridge, e);
        }
        return known;
    }

    private void save(String bridge, Served one) {
        if (one.bridge() == null) {
            return;
        }
        try {
            StringBuilder lines = new StringBuilder();
            new TreeMap<>(Neighbours.read(one.bridge().neighbours()))
                    .forEach((address, neighbour) -> lines.append(address)
                            .append(' ')
                            .append(neighbour.mac())
                            .append('\n'));
            if (!lines.toString().equals(saved.put(bridge, lines.toString()))) {
                PrivateFiles.write(neighbourFile(bridge), lines.toString());
            }
        } catch (IOException e) {
            LOG.debug("neighbours on {} are not kept", bridge, e);
        }
    }

    private Path neighbourFile(String bridge) {
        return directory.resolve("neighbours-" + bridge.replaceAll("[^A-Za-z0-9_.-]", "_"));
    }

    /** Hangs up on the VMs and takes away what led to them. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            Map.copyOf(served).forEach(this::end);
        }
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
