package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A connection to one libvirt daemon. Every call blocks until the daemon answers or keepalive declares the link dead
 * ({@link #KEEPALIVE_INTERVAL} × {@link #KEEPALIVE_COUNT}), so call from {@link BlockingCalls} where a deadline matters.
 * Thread-safe.
 */
public final class Connection extends Handle {
    /** How often an idle link is probed. */
    public static final Duration KEEPALIVE_INTERVAL = Duration.ofSeconds(4);
    /** Probes in a row that may stay unanswered before the link counts as dead. */
    public static final int KEEPALIVE_COUNT = 3;

    private final String uri;
    private final Events events;

    Connection(String uri, MemorySegment pointer) {
        super(pointer, Libvirt.intFunction("virConnectClose", ADDRESS));
        this.uri = uri;
        this.events = new Events(this);
    }

    /**
     * Opens a connection without asking anybody for credentials: who we are is our TLS certificate or our Unix user.
     *
     * @throws LibvirtException when libvirt is missing, the daemon cannot be reached or refuses us
     */
    public static Connection open(String uri) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = LibvirtException.checkPointer(
                    Libvirt.pointerFunction("virConnectOpenAuth", ADDRESS, ADDRESS, JAVA_INT)
                            .asPointer(arena.allocateFrom(uri), MemorySegment.NULL, 0));
            // Drivers inside the process (test:///) have no link to keep alive; they answer with an error that means
            // nothing.
            Libvirt.intFunction("virConnectSetKeepAlive", ADDRESS, JAVA_INT, JAVA_INT)
                    .asInt(pointer, (int) KEEPALIVE_INTERVAL.toSeconds(), KEEPALIVE_COUNT);
            return new Connection(uri, pointer);
        }
    }

    /** The URI it was opened with. */
    public String uri() {
        return uri;
    }

    /** False once the link is known to be dead. */
    public boolean isAlive() {
        return with(c -> Libvirt.intFunction("virConnectIsAlive", ADDRESS).asInt(c)) == 1;
    }

    /** Facts about the host behind the connection. */
    public HostFacts host() {
        return new HostFacts(this);
    }

    /** All domains, running or only defined. Each handle is the caller's to close; {@link Domains#close} closes them all. */
    public Domains domains() {
        return with(c -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(ADDRESS);
                int count = LibvirtException.check(
                        Libvirt.intFunction("virConnectListAllDomains", ADDRESS, ADDRESS, JAVA_INT)
                                .asInt(c, out, 0));
                MemorySegment array = out.get(ADDRESS, 0);
                try {
                    List<Domain> all = new ArrayList<>(count);
                    for (int i = 0; i < count; i++) {
                        all.add(new Domain(
                                array.reinterpret(ADDRESS.byteSize() * count).getAtIndex(ADDRESS, i)));
                    }
                    return new Domains(all);
                } finally {
                    Strings.free(array);
                }
            }
        });
    }

    /** The domain with this id; empty when this daemon knows none. */
    public Optional<Domain> domain(UUID id) {
        return lookup("virDomainLookupByUUIDString", id.toString());
    }

    /** The domain with this name; empty when this daemon knows none. */
    public Optional<Domain> domain(String name) {
        return lookup("virDomainLookupByName", name);
    }

    private Optional<Domain> lookup(String function, String key) {
        try {
            return Optional.of(new Domain(textToPointer(function, key)));
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.NO_DOMAIN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Makes a domain known for good without starting it; a definition of the same id and name is replaced. */
    public Domain define(String xml) {
        return new Domain(textAndFlags("virDomainDefineXMLFlags", xml, 0));
    }

    /** Starts a transient domain: it is forgotten when it stops. */
    public Domain create(String xml) {
        return new Domain(textAndFlags("virDomainCreateXML", xml, 0));
    }

    /** The storage pool with this name; empty when there is none. */
    public Optional<StoragePool> pool(String name) {
        return poolBy("virStoragePoolLookupByName", name);
    }

    /** The storage pool whose volumes lie in this directory; empty when there is none. */
    public Optional<StoragePool> poolAt(String path) {
        return poolBy("virStoragePoolLookupByTargetPath", path);
    }

    private Optional<StoragePool> poolBy(String function, String key) {
        try {
            return Optional.of(new StoragePool(textToPointer(function, key)));
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.NO_STORAGE_POOL) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Makes and starts a transient storage pool: the daemon forgets it when it is stopped, the files stay. */
    public StoragePool createPool(String xml) {
        return new StoragePool(textAndFlags("virStoragePoolCreateXML", xml, 0));
    }

    /** The volume at this path, if it lies in a pool that the daemon knows. */
    public Optional<StorageVolume> volumeAt(String path) {
        try {
            return Optional.of(new StorageVolume(textToPointer("virStorageVolLookupByPath", path)));
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.NO_STORAGE_VOLUME) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** True when a libvirt network of this name exists and is active. */
    public boolean networkIsActive(String name) {
        try {
            MemorySegment network = textToPointer("virNetworkLookupByName", name);
            try {
                return LibvirtException.check(Libvirt.intFunction("virNetworkIsActive", ADDRESS)
                                .asInt(network))
                        == 1;
            } finally {
                Libvirt.intFunction("virNetworkFree", ADDRESS).asInt(network);
            }
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.NO_NETWORK) {
                return false;
            }
            throw e;
        }
    }

    /** Whether the host has a network interface of this name, such as a bridge; empty where the daemon can't say. */
    public Optional<Boolean> hasHostInterface(String name) {
        try {
            MemorySegment found = textToPointer("virInterfaceLookupByName", name);
            Libvirt.intFunction("virInterfaceFree", ADDRESS).asInt(found);
            return Optional.of(true);
        } catch (LibvirtException e) {
            return switch (e.code()) {
                case NO_INTERFACE -> Optional.of(false);
                case NO_SUPPORT, NO_CONNECT, INTERNAL_ERROR, OPERATION_UNSUPPORTED, OTHER -> Optional.empty();
                default -> throw e;
            };
        }
    }

    /**
     * Delivers events of this connection's domains to a listener on one thread, in order, until the returned handle or the
     * connection is closed. The listener may block and may call libvirt; what it throws is logged and dropped.
     */
    public AutoCloseable listen(Consumer<DomainEvent> listener) {
        return events.listen(listener);
    }

    /** Calls back once when the link dies other than by {@link #close()}. */
    public void onLost(Consumer<String> listener) {
        events.onLost(listener);
    }

    /** Ends the events, then the connection. Handles got from it stay valid until they are closed. */
    @Override
    public void close() {
        events.close();
        super.close();
    }

    private MemorySegment textToPointer(String function, String text) {
        return with(c -> {
            try (Arena arena = Arena.ofConfined()) {
                return LibvirtException.checkPointer(
                        Libvirt.pointerFunction(function, ADDRESS, ADDRESS).asPointer(c, arena.allocateFrom(text)));
            }
        });
    }

    private MemorySegment textAndFlags(String function, String text, int flags) {
        return with(c -> {
            try (Arena arena = Arena.ofConfined()) {
                return LibvirtException.checkPointer(Libvirt.pointerFunction(function, ADDRESS, ADDRESS, JAVA_INT)
                        .asPointer(c, arena.allocateFrom(text), flags));
            }
        });
    }

    /**
     * Statistics of all running domains in one round trip.
     *
     * @param groups which groups of numbers, see {@link DomainStatistics.Group}
     */
    public List<DomainStatistics> statistics(DomainStatistics.Group... groups) {
        return with(c -> DomainStatistics.readAll(c, groups));
    }

    /** The client side's idea of the daemon's libvirt version: 11.3.0. */
    public String libvirtVersion() {
        return version("virConnectGetLibVersion");
    }

    /** The version of the default emulator that the daemon starts new domains with: 10.0.2. */
    public String hypervisorVersion() {
        return version("virConnectGetVersion");
    }

    private String version(String function) {
        return with(c -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(JAVA_LONG);
                LibvirtException.check(
                        Libvirt.intFunction(function, ADDRESS, ADDRESS).asInt(c, out));
                return Libvirt.versionText(out.get(JAVA_LONG, 0));
            }
        });
    }
}
