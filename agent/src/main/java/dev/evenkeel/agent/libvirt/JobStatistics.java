package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Numbers of a domain's job, as virDomainGetJobStats reports them. A number that libvirt did not report reads as zero, except
 * where the return type says otherwise.
 *
 * @param phase whether it runs or how it ended
 * @param parameters all that libvirt said, by its names
 */
public record JobStatistics(Phase phase, TypedParameters parameters) {
    static final int COMPLETED_AND_KEEP = 1 | 1 << 1;

    /** virDomainJobType, in its order. */
    public enum Phase {
        NONE,
        BOUNDED,
        UNBOUNDED,
        COMPLETED,
        FAILED,
        CANCELLED
    }

    /** virDomainJobOperation, in its order, as far as a migration is concerned. */
    public enum Operation {
        MIGRATION_IN,
        MIGRATION_OUT,
        OTHER
    }

    static JobStatistics read(Domain domain, int flags) {
        return domain.with(d -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment type = arena.allocate(JAVA_INT);
                MemorySegment array = arena.allocate(ADDRESS);
                MemorySegment count = arena.allocate(JAVA_INT);
                LibvirtException.check(
                        Libvirt.intFunction("virDomainGetJobStats", ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT)
                                .asInt(d, type, array, count, flags));
                MemorySegment values = array.get(ADDRESS, 0);
                int n = count.get(JAVA_INT, 0);
                try {
                    return new JobStatistics(phaseOf(type.get(JAVA_INT, 0)), TypedParameters.read(values, n));
                } finally {
                    Libvirt.voidFunction("virTypedParamsFree", ADDRESS, JAVA_INT)
                            .run(values, n);
                }
            }
        });
    }

    private static Phase phaseOf(int type) {
        Phase[] all = Phase.values();
        return type >= 0 && type < all.length ? all[type] : Phase.NONE;
    }

    /** A job runs now. */
    public boolean isRunning() {
        return phase == Phase.BOUNDED || phase == Phase.UNBOUNDED;
    }

    public Operation operation() {
        return switch ((int) value("operation")) {
            case 4 -> Operation.MIGRATION_IN;
            case 5 -> Operation.MIGRATION_OUT;
            default -> Operation.OTHER;
        };
    }

    public Duration elapsed() {
        return Duration.ofMillis(value("time_elapsed"));
    }

    /** From the stop of the guest here to its start there; while the job runs, QEMU's expectation. Empty when not known. */
    public Optional<Duration> downtime() {
        OptionalLong ms = parameters.number("downtime");
        return ms.isPresent() ? Optional.of(Duration.ofMillis(ms.getAsLong())) : Optional.empty();
    }

    /** The part of {@link #elapsed()} before the first page was sent. */
    public Duration setup() {
        return Duration.ofMillis(value("setup_time"));
    }

    public long memoryTotalBytes() {
        return value("memory_total");
    }

    public long memoryProcessedBytes() {
        return value("memory_processed");
    }

    public long memoryRemainingBytes() {
        return value("memory_remaining");
    }

    /** Pages that were all zero (or otherwise constant) and travelled as a few bytes. */
    public long memoryConstantPages() {
        return value("memory_constant");
    }

    /** Bytes of pages that travelled whole. */
    public long memoryNormalBytes() {
        return value("memory_normal_bytes");
    }

    /** Bytes per second over the last moments. */
    public long memoryBytesPerSecond() {
        return value("memory_bps");
    }

    /** How fast the guest dirtied memory between the last two passes, in bytes per second. */
    public long memoryDirtiedBytesPerSecond() {
        return value("memory_dirty_rate") * pageBytes();
    }

    public long pageBytes() {
        return parameters.number("memory_page_size").orElse(4096);
    }

    /** Passes over memory so far; the first is 1. */
    public int memoryIteration() {
        return (int) value("memory_iteration");
    }

    /** Pages that the guest had to wait for after the switch to post-copy. */
    public long postCopyRequests() {
        return value("memory_postcopy_requests");
    }

    public long diskTotalBytes() {
        return value("disk_total");
    }

    public long diskProcessedBytes() {
        return value("disk_processed");
    }

    public long diskRemainingBytes() {
        return value("disk_remaining");
    }

    public long diskBytesPerSecond() {
        return value("disk_bps");
    }

    /** By how many per cent the guest's CPUs are held back to let memory converge. */
    public int throttlePercent() {
        return (int) value("auto_converge_throttle");
    }

    /** What ended it, when it failed and libvirt says so. */
    public Optional<String> error() {
        return parameters.text("errmsg");
    }

    private long value(String name) {
        return parameters.number(name).orElse(0);
    }
}
