package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a daemon says about its host. Each method is one question to the daemon. */
public final class HostFacts {
    private final Connection connection;

    HostFacts(Connection connection) {
        this.connection = connection;
    }

    /** How the CPU that a domain asks for relates to what a host can give it. */
    public enum CpuComparison {
        /** The host lacks something; the domain cannot run there. */
        INCOMPATIBLE,
        /** The same, feature by feature. */
        IDENTICAL,
        /** The host offers more than is asked for. */
        SUPERSET
    }

    /**
     * Hardware of the host.
     *
     * @param model the CPU architecture, such as x86_64
     * @param memoryBytes all memory
     * @param cpus active logical CPUs
     */
    public record Node(String model, long memoryBytes, int cpus, int sockets, int cores, int threads) {}

    public String hostname() {
        return connection.with(c -> Strings.take(
                Libvirt.pointerFunction("virConnectGetHostname", ADDRESS).asPointer(c)));
    }

    public Node node() {
        return connection.with(c -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment info = arena.allocate(72, 8);
                LibvirtException.check(
                        Libvirt.intFunction("virNodeGetInfo", ADDRESS, ADDRESS).asInt(c, info));
                return new Node(
                        info.getString(0),
                        info.get(JAVA_LONG, 32) * 1024,
                        info.get(JAVA_INT, 40),
                        info.get(JAVA_INT, 52),
                        info.get(JAVA_INT, 56),
                        info.get(JAVA_INT, 60));
            }
        });
    }

    /**
     * Memory that new domains could use, in bytes: free plus what the kernel would give back (page cache and buffers). Empty where
     * the driver has no such numbers.
     */
    public OptionalLong availableMemoryBytes() {
        return connection.with(c -> {
            try (Arena arena = Arena.ofConfined()) {
                NativeFunction stats =
                        Libvirt.intFunction("virNodeGetMemoryStats", ADDRESS, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
                MemorySegment count = arena.allocate(JAVA_INT);
                if (stats.asInt(c, -1, MemorySegment.NULL, count, 0) < 0 || count.get(JAVA_INT, 0) <= 0) {
                    return OptionalLong.empty();
                }
                int n = count.get(JAVA_INT, 0);
                MemorySegment all = arena.allocate(88L * n, 8);
                LibvirtException.check(stats.asInt(c, -1, all, count, 0));
                long kib = 0;
                for (int i = 0; i < count.get(JAVA_INT, 0); i++) {
                    String field = all.asSlice(88L * i, 80).getString(0);
                    if (field.equals("free") || field.equals("cached") || field.equals("buffers")) {
                        kib += all.get(JAVA_LONG, 88L * i + 80);
                    }
                }
                return OptionalLong.of(kib * 1024);
            }
        });
    }

    /** The capabilities document of the host. */
    public String capabilities() {
        return connection.with(c -> Strings.take(
                Libvirt.pointerFunction("virConnectGetCapabilities", ADDRESS).asPointer(c)));
    }

    /**
     * What domains of this kind can have on this host.
     *
     * @param emulator path of the emulator binary, or null for the default one
     * @param machine machine type or alias, or null for the default one
     * @throws LibvirtException when the host has no such emulator, or its emulator has no such machine type
     */
    public String domainCapabilities(
            @Nullable String emulator, String arch, @Nullable String machine, String virtType) {
        return connection.with(c -> {
            try (Arena arena = Arena.ofConfined()) {
                return Strings.take(Libvirt.pointerFunction(
                                "virConnectGetDomainCapabilities",
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                JAVA_INT)
                        .asPointer(
                                c,
                                text(arena, emulator),
                                text(arena, arch),
                                text(arena, machine),
                                text(arena, virtType),
                                0));
            }
        });
    }

    /** Compares the {@code <cpu>} element of a domain with what the emulator on this host can give. */
    public CpuComparison compareCpu(
            @Nullable String emulator, String arch, @Nullable String machine, String virtType, String cpuXml) {
        return connection.with(c -> {
            try (Arena arena = Arena.ofConfined()) {
                int result = Libvirt.intFunction(
                                "virConnectCompareHypervisorCPU",
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                JAVA_INT)
                        .asInt(
                                c,
                                text(arena, emulator),
                                text(arena, arch),
                                text(arena, machine),
                                text(arena, virtType),
                                text(arena, cpuXml),
                                0);
                return switch (LibvirtException.check(result)) {
                    case 1 -> CpuComparison.IDENTICAL;
                    case 2 -> CpuComparison.SUPERSET;
                    default -> CpuComparison.INCOMPATIBLE;
                };
            }
        });
    }

    /** The best {@code <cpu>} that every one of the given host CPUs can run. */
    public String baselineCpu(
            @Nullable String emulator, String arch, @Nullable String machine, String virtType, List<String> cpuXmls) {
        return connection.with(c -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment array = arena.allocate(ADDRESS, cpuXmls.size());
                for (int i = 0; i < cpuXmls.size(); i++) {
                    array.setAtIndex(ADDRESS, i, arena.allocateFrom(cpuXmls.get(i)));
                }
                return Strings.take(Libvirt.pointerFunction(
                                "virConnectBaselineHypervisorCPU",
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                ADDRESS,
                                JAVA_INT,
                                JAVA_INT)
                        .asPointer(
                                c,
                                text(arena, emulator),
                                text(arena, arch),
                                text(arena, machine),
                                text(arena, virtType),
                                array,
                                cpuXmls.size(),
                                0));
            }
        });
    }

    private static MemorySegment text(Arena arena, @Nullable String text) {
        return text == null ? MemorySegment.NULL : arena.allocateFrom(text);
    }
}
