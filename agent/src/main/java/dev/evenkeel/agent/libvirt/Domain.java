package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.UUID;

/** One domain (a VM in libvirt's words) of one daemon. Thread-safe; the handle must be closed. */
public final class Domain extends Handle {
    private static final int XML_SECURE = 1;
    private static final int XML_INACTIVE = 1 << 1;
    private static final int XML_MIGRATABLE = 1 << 3;
    private static final int UNDEFINE_SNAPSHOT_METADATA = 1 << 1;
    private static final int UNDEFINE_KEEP_NVRAM = 1 << 3;
    private static final int UNDEFINE_CHECKPOINT_METADATA = 1 << 4;
    private static final int NO_MONITOR_FLAGS = 0;
    private static final int SHUTDOWN_BY_ANY_MEANS = 0;
    private static final int ABORT_POST_COPY = 1;

    Domain(MemorySegment pointer) {
        super(pointer, Libvirt.intFunction("virDomainFree", ADDRESS));
    }

    public UUID id() {
        return with(Domain::idOf);
    }

    static UUID idOf(MemorySegment domain) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(37);
            LibvirtException.check(Libvirt.intFunction("virDomainGetUUIDString", ADDRESS, ADDRESS)
                    .asInt(domain, text));
            return UUID.fromString(text.getString(0));
        }
    }

    public String name() {
        return with(Domain::nameOf);
    }

    static String nameOf(MemorySegment domain) {
        return Strings.read(Libvirt.pointerFunction("virDomainGetName", ADDRESS).asPointer(domain));
    }

    public DomainState state() {
        return with(d -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(JAVA_INT, 2);
                LibvirtException.check(Libvirt.intFunction("virDomainGetState", ADDRESS, ADDRESS, ADDRESS, JAVA_INT)
                        .asInt(d, out, out.asSlice(4), 0));
                return DomainState.of(out.get(JAVA_INT, 0), out.get(JAVA_INT, 4));
            }
        });
    }

    /** Whether there is a process behind it; not, when it is gone from this host altogether. */
    public boolean isAlive() {
        try {
            return state().isActive();
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.NO_DOMAIN) {
                return false;
            }
            throw e;
        }
    }

    /** A definition outlives its stop. */
    public boolean isPersistent() {
        return call("virDomainIsPersistent") == 1;
    }

    /** The document as it runs now, with secrets. */
    public String xml() {
        return xml(XML_SECURE);
    }

    /** The document with which it would be started next time. */
    public String inactiveXml() {
        return xml(XML_SECURE | XML_INACTIVE);
    }

    /** The document as a destination understands it, without what only this host's libvirt means. */
    public String migratableXml() {
        return xml(XML_SECURE | XML_MIGRATABLE);
    }

    private String xml(int flags) {
        return with(d -> Strings.take(Libvirt.pointerFunction("virDomainGetXMLDesc", ADDRESS, JAVA_INT)
                .asPointer(d, flags)));
    }

    public void start() {
        call("virDomainCreate");
    }

    /**
     * Asks the guest to shut down and returns at once: by the agent inside it where one answers, else by its power button
     * (ACPI). Whether it listens is the guest's affair.
     */
    public void shutDown() {
        call("virDomainShutdownFlags", SHUTDOWN_BY_ANY_MEANS);
    }

    /** The number of its present life, another one each time it is started; empty when it does not run. */
    public OptionalInt life() {
        int number = with(d -> Libvirt.intFunction("virDomainGetID", ADDRESS).asInt(d));
        return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** Pulls the plug. What the guest had in memory is lost: only for what is known not to be a VM's only live copy. */
    public void destroy() {
        call("virDomainDestroy");
    }

    /**
     * Forgets the definition. A running domain goes on as a transient one. Its NVRAM file stays, because the VM that now runs on
     * another host may share it, and a saved memory image makes it refuse.
     */
    public void undefine() {
        try {
            call(
                    "virDomainUndefineFlags",
                    UNDEFINE_SNAPSHOT_METADATA | UNDEFINE_KEEP_NVRAM | UNDEFINE_CHECKPOINT_METADATA);
        } catch (LibvirtException e) {
            if (e.code() != LibvirtError.INVALID_ARG) {
                throw e;
            }
            call("virDomainUndefineFlags", UNDEFINE_SNAPSHOT_METADATA); // a driver without NVRAM and checkpoints
        }
    }

    /** Whether it would be restored from an image of its memory that lies on its host, instead of booting. */
    public boolean hasManagedSave() {
        return call("virDomainHasManagedSaveImage", 0) == 1;
    }

    /** Whether it has snapshots or checkpoints, which its own libvirt alone knows of; not, of a driver without any. */
    public boolean hasSnapshots() {
        try {
            return call("virDomainSnapshotNum", 0) > 0
                    || checked(d -> Libvirt.intFunction("virDomainListAllCheckpoints", ADDRESS, ADDRESS, JAVA_INT)
                                    .asInt(d, MemorySegment.NULL, 0))
                            > 0;
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.NO_SUPPORT) {
                return false;
            }
            throw e;
        }
    }

    /** Whether it is started when its host is. */
    public boolean startsWithHost() {
        return with(d -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(JAVA_INT);
                LibvirtException.check(Libvirt.intFunction("virDomainGetAutostart", ADDRESS, ADDRESS)
                        .asInt(d, out));
                return out.get(JAVA_INT, 0) != 0;
            }
        });
    }

    public void setStartsWithHost(boolean starts) {
        call("virDomainSetAutostart", starts ? 1 : 0);
    }

    /**
     * Stops it for good and writes what is needed to restore it into a file, as {@code virsh save} does. When this fails, the
     * domain runs on.
     */
    public void save(Path file) {
        checked(d -> {
            try (Arena arena = Arena.ofConfined()) {
                return Libvirt.intFunction("virDomainSave", ADDRESS, ADDRESS)
                        .asInt(d, arena.allocateFrom(file.toString()));
            }
        });
    }

    public void suspend() {
        call("virDomainSuspend");
    }

    public void resume() {
        call("virDomainResume");
    }

    /** Statistics of the job that runs now. {@link JobStatistics.Phase#NONE} when there is none. */
    public JobStatistics job() {
        return JobStatistics.read(this, 0);
    }

    /**
     * Statistics of the last finished job, kept for the next reader. On the destination of a migration they are those of the
     * migration, with its downtime. {@link JobStatistics.Phase#NONE} when nothing has finished.
     */
    public JobStatistics completedJob() {
        return JobStatistics.read(this, JobStatistics.COMPLETED_AND_KEEP);
    }

    /** Asks the running job to end; a migration that is still in pre-copy goes on at the source as if nothing had been. */
    public void abortJob() {
        call("virDomainAbortJob");
    }

    /** Makes a post-copy whose stream hangs break off, so that it can be taken up again. The VM stands still until then. */
    public void breakPostCopy() {
        call("virDomainAbortJobFlags", ABORT_POST_COPY);
    }

    /**
     * Migrates the domain from here to there, the two daemons talking to each other; returns when it is over. It goes on in the
     * daemon if this process dies, and ends if this daemon does.
     *
     * @throws LibvirtException when it failed; the state of both ends must then be looked at
     */
    public void migrate(String destinationUri, MigrationOptions options) {
        with(d -> {
            try (Arena arena = Arena.ofConfined()) {
                var parameters = options.parameters();
                return LibvirtException.check(
                        Libvirt.intFunction("virDomainMigrateToURI3", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT)
                                .asInt(
                                        d,
                                        arena.allocateFrom(destinationUri),
                                        TypedParameters.write(arena, parameters),
                                        parameters.size(),
                                        options.flags()));
            }
        });
    }

    /** The longest stop that QEMU may choose for the switch-over of the migration that runs or comes next. At least 1 ms. */
    public void setMaxDowntime(Duration limit) {
        LibvirtException.check(with(
                d -> Libvirt.intFunction("virDomainMigrateSetMaxDowntime", ADDRESS, JAVA_LONG, JAVA_INT)
                        .asInt(d, Math.max(1, limit.toMillis()), 0)));
    }

    public Duration maxDowntime() {
        return with(d -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(JAVA_LONG);
                LibvirtException.check(Libvirt.intFunction("virDomainMigrateGetMaxDowntime", ADDRESS, ADDRESS, JAVA_INT)
                        .asInt(d, out, 0));
                return Duration.ofMillis(out.get(JAVA_LONG, 0));
            }
        });
    }

    /** Bandwidth cap of the pre-copy phase in MiB/s. */
    public void setMaxSpeed(long mebibytesPerSecond) {
        setMaxSpeed(mebibytesPerSecond, 0);
    }

    /** Bandwidth cap of the post-copy phase in MiB/s; pages that the guest waits for are not held back by it. */
    public void setMaxPostCopySpeed(long mebibytesPerSecond) {
        setMaxSpeed(mebibytesPerSecond, 1);
    }

    private void setMaxSpeed(long mebibytesPerSecond, int flags) {
        checked(d -> Libvirt.intFunction("virDomainMigrateSetMaxSpeed", ADDRESS, JAVA_LONG, JAVA_INT)
                .asInt(d, mebibytesPerSecond, flags));
    }

    /** Switches a migration that was started for it into post-copy. From here on both ends and the link between must live. */
    public void startPostCopy() {
        call("virDomainMigrateStartPostCopy", 0);
    }

    /**
     * Starts to measure how fast the guest dirties its memory, by page sampling; {@link DomainStatistics#dirtyRate()} has the
     * outcome after the period.
     *
     * @param period whole seconds, 1 to 60
     */
    public void startDirtyRateMeasurement(Duration period) {
        call("virDomainStartDirtyRateCalc", (int) period.toSeconds(), 0);
    }

    /** Statistics of this domain in one round trip. */
    public DomainStatistics statistics(DomainStatistics.Group... groups) {
        return with(d -> DomainStatistics.readOne(d, groups));
    }

    /** Sets the guest's clock through its agent. Precise to the daemon's and agent's delays, some tens of milliseconds. */
    public void setTime(Instant time) {
        checked(d -> Libvirt.intFunction("virDomainSetTime", ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT)
                .asInt(d, time.getEpochSecond(), time.getNano(), 0));
    }

    /**
     * A command to QEMU's monitor behind libvirt's back: marks the domain as tainted, so only for what libvirt has no call for.
     *
     * @param json one QMP command
     * @return QEMU's answer as JSON, which may be an error
     */
    public String monitor(String json) {
        return with(d -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(ADDRESS);
                LibvirtException.check(
                        Libvirt.intFunction("virDomainQemuMonitorCommand", ADDRESS, ADDRESS, ADDRESS, JAVA_INT)
                                .asInt(d, arena.allocateFrom(json), out, NO_MONITOR_FLAGS));
                return Strings.take(out.get(ADDRESS, 0));
            }
        });
    }

    /**
     * A command to the agent inside the guest.
     *
     * @param timeout whole seconds to wait for the answer
     * @throws LibvirtException with {@link LibvirtError#AGENT_UNRESPONSIVE} when no agent answers, and with
     *     {@link LibvirtError#ARGUMENT_UNSUPPORTED} when the domain has no channel for one
     */
    public String agent(String json, Duration timeout) {
        return with(d -> {
            try (Arena arena = Arena.ofConfined()) {
                return Strings.take(
                        Libvirt.pointerFunction("virDomainQemuAgentCommand", ADDRESS, ADDRESS, JAVA_INT, JAVA_INT)
                                .asPointer(d, arena.allocateFrom(json), (int) Math.max(1, timeout.toSeconds()), 0));
            }
        });
    }

    /** Sizes of one of its disks, in bytes: what the guest sees, and what it takes on the host. */
    public record BlockSizes(long capacityBytes, long allocationBytes) {}

    /** @param disk the target (vda) or the path of the disk */
    public BlockSizes blockSizes(String disk) {
        return with(d -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment out = arena.allocate(24, 8);
                LibvirtException.check(Libvirt.intFunction("virDomainGetBlockInfo", ADDRESS, ADDRESS, ADDRESS, JAVA_INT)
                        .asInt(d, arena.allocateFrom(disk), out, 0));
                return new BlockSizes(out.get(JAVA_LONG, 0), out.get(JAVA_LONG, 8));
            }
        });
    }

    private int call(String function, int... more) {
        Object[] args = new Object[more.length + 1];
        MemoryLayout[] types = new MemoryLayout[args.length];
        types[0] = ADDRESS;
        for (int i = 0; i < more.length; i++) {
            args[i + 1] = more[i];
            types[i + 1] = JAVA_INT;
        }
        return checked(d -> {
            args[0] = d;
            return Libvirt.intFunction(function, types).asInt(args);
        });
    }
}
