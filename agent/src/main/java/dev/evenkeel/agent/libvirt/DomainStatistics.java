package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Numbers of one domain from the bulk call, under libvirt's names ({@code balloon.rss}, {@code vcpu.0.time}, …).
 */
public record DomainStatistics(UUID id, String name, TypedParameters parameters) {
    private static final long RECORD_SIZE = 24;
    /** Take what can be had at once; do not wait for a domain that is busy with another job. */
    private static final int NO_WAIT = 1 << 29;

    /** Groups of numbers that can be asked for. */
    public enum Group {
        STATE(0),
        CPU(1),
        BALLOON(2),
        VCPU(3),
        INTERFACE(4),
        BLOCK(5),
        MEMORY(8),
        DIRTY_RATE(9),
        VM(10);

        private final int bit;

        Group(int bit) {
            this.bit = 1 << bit;
        }
    }

    /**
     * A measurement of how fast a guest dirties memory.
     *
     * @param measuring it is still going on; the rate is not known yet
     * @param startedAtSecond the emulator host's clock in seconds when it began, to tell an old one from the one just asked for
     * @param periodSeconds over which it was measured
     * @param mebibytesPerSecond different pages dirtied in the period, divided by the period
     */
    public record DirtyRate(boolean measuring, long startedAtSecond, int periodSeconds, long mebibytesPerSecond) {}

    /** The latest dirty-rate measurement; empty when none was ever started. */
    public Optional<DirtyRate> dirtyRate() {
        long status = parameters.number("dirtyrate.calc_status").orElse(0);
        if (status == 0) {
            return Optional.empty();
        }
        return Optional.of(new DirtyRate(
                status == 1,
                parameters.number("dirtyrate.calc_start_time").orElse(0),
                (int) parameters.number("dirtyrate.calc_period").orElse(1),
                parameters.number("dirtyrate.megabytes_per_second").orElse(0)));
    }

    static List<DomainStatistics> readAll(MemorySegment connection, Group... groups) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            int count = LibvirtException.check(
                    Libvirt.intFunction("virConnectGetAllDomainStats", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT)
                            .asInt(connection, mask(groups), out, NO_WAIT));
            return take(out.get(ADDRESS, 0), count);
        }
    }

    static DomainStatistics readOne(MemorySegment domain, Group... groups) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment list = arena.allocate(ADDRESS, 2);
            list.setAtIndex(ADDRESS, 0, domain);
            MemorySegment out = arena.allocate(ADDRESS);
            int count = LibvirtException.check(
                    Libvirt.intFunction("virDomainListGetStats", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT)
                            .asInt(list, mask(groups), out, NO_WAIT));
            return take(out.get(ADDRESS, 0), count).stream()
                    .findFirst()
                    .orElseGet(() -> new DomainStatistics(
                            Domain.idOf(domain), Domain.nameOf(domain), new TypedParameters(java.util.Map.of())));
        }
    }

    private static List<DomainStatistics> take(MemorySegment array, int count) {
        try {
            List<DomainStatistics> all = new ArrayList<>(count);
            MemorySegment records = array.reinterpret(ADDRESS.byteSize() * count);
            for (int i = 0; i < count; i++) {
                MemorySegment one = records.getAtIndex(ADDRESS, i).reinterpret(RECORD_SIZE);
                MemorySegment domain = one.get(ADDRESS, 0);
                all.add(new DomainStatistics(
                        Domain.idOf(domain),
                        Domain.nameOf(domain),
                        TypedParameters.read(one.get(ADDRESS, 8), one.get(JAVA_INT, 16))));
            }
            return all;
        } finally {
            Libvirt.voidFunction("virDomainStatsRecordListFree", ADDRESS).run(array);
        }
    }

    private static int mask(Group... groups) {
        int mask = 0;
        for (Group group : groups) {
            mask |= group.bit;
        }
        return mask;
    }
}
