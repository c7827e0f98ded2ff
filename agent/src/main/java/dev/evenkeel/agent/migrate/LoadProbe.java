package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.libvirt.DomainStatistics;
import dev.evenkeel.agent.libvirt.DomainStatistics.DirtyRate;
import dev.evenkeel.agent.libvirt.DomainStatistics.Group;
import dev.evenkeel.agent.libvirt.Domains;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.impact.MigrationLoad;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what a move would have to carry. QEMU samples pages over whole seconds; an agent that calls {@link #refresh} from time to
 * time has fresh numbers at hand when a move is ordered, so that the order need not wait for them.
 *
 * <p>Two windows tell more than one: over a second, what the guest dirties per second; over several, whether those are always the same
 * pages. When the longer window shows no more pages than the shorter one, that is the working set.
 */
public final class LoadProbe {
    /** A measurement older than this is made again before a move. */
    public static final Duration FRESH = Duration.ofMinutes(5);

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final Duration GLANCE = Duration.ofMillis(50);
    /** The longer window must show this much less than the shorter one promised, or its pages are not all there are. */
    private static final double SATURATED = 0.7;
    /** What a VMM process holds beside its guest's touched memory; more under emulation, whose translated code counts. */
    private static final Bytes VMM_OWN = Bytes.ofMiB(64);

    private final Map<UUID, Measured> known = new ConcurrentHashMap<>();

    private record Measured(Bytes perSecond, Optional<Bytes> workingSet, double cpuBusy, long atNanos) {}

    /**
     * Measures all running VMs at once; takes some six seconds, during which the guests run on unhindered.
     *
     * @return bytes dirtied per second, for those that could be measured
     */
    public Map<UUID, Bytes> refresh(Connection host) {
        try (Domains all = host.domains()) {
            Map<UUID, Bytes> longer = measureAll(all, LONG);
            Map<UUID, CpuMeter> meters = new HashMap<>();
            all.forEach(d -> meters.put(d.id(), CpuMeter.start(d)));
            Map<UUID, Bytes> shortly = measureAll(all, SHORT); // the last one is what the domain's statistics show
            for (Domain domain : all) {
                Optional.ofNullable(shortly.get(domain.id())).ifPresent(rate -> {
                    Optional<Bytes> workingSet = workingSet(rate, Optional.ofNullable(longer.get(domain.id())));
                    CpuMeter meter = meters.getOrDefault(domain.id(), CpuMeter.UNKNOWN);
                    known.put(domain.id(), new Measured(rate, workingSet, meter.busy(domain), System.nanoTime()));
                });
            }
            known.keySet().retainAll(shortly.keySet());
            return shortly;
        }
    }

    private static Map<UUID, Bytes> measureAll(Domains all, Duration period) {
        List<Domain> started = all.all().stream().filter(d -> start(d, period)).toList();
        Map<UUID, Bytes> rates = new HashMap<>();
        for (Domain domain : started) {
            await(domain, period).ifPresent(rate -> rates.put(domain.id(), rate));
        }
        return rates;
    }

    private static Optional<Bytes> workingSet(Bytes shortRate, Optional<Bytes> longRate) {
        return longRate.filter(r -> r.value() < shortRate.value() * SATURATED)
                .map(r -> new Bytes(r.value() * LONG.toSeconds()));
    }

    /** A measurement that may still be going on. */
    final class Pending {
        private final Domain domain;
        private final DomainDescription vm;
        private final boolean started;
        private final CpuMeter meter;

        private Pending(Domain domain, DomainDescription vm, boolean started) {
            this.meter = started ? CpuMeter.start(domain) : CpuMeter.UNKNOWN;
            this.domain = domain;
            this.vm = vm;
            this.started = started;
        }

        /** Waits for it and says what a move would have to carry. */
        MigrationLoad load(Bytes storage) {
            if (started) {
                Bytes rate = await(domain, SHORT).orElse(Bytes.ZERO);
                known.put(vm.id(), new Measured(rate, Optional.empty(), meter.busy(domain), System.nanoTime()));
            }
            Measured measured = known.getOrDefault(vm.id(), new Measured(Bytes.ZERO, Optional.empty(), 0, 0));
            Bytes used = used(domain, vm.memory());
            Bytes workingSet =
                    measured.workingSet().filter(w -> w.compareTo(used) < 0).orElse(used);
            return new MigrationLoad(vm.memory(), used, measured.perSecond(), workingSet, storage, measured.cpuBusy());
        }
    }

    /** Begins to measure one VM, unless there is a fresh measurement. */
    Pending begin(Domain domain, DomainDescription vm) {
        Measured measured = known.get(vm.id());
        boolean fresh = measured != null && System.nanoTime() - measured.atNanos < FRESH.toNanos();
        return new Pending(domain, vm, !fresh && start(domain, SHORT));
    }

    /** A VM that is paused, has just ended, or whose VMM is too old to measure is taken to be quiet. */
    private static boolean start(Domain domain, Duration period) {
        try {
            if (!domain.state().isRunning()) {
                return false;
            }
            domain.startDirtyRateMeasurement(period);
            return true;
        } catch (LibvirtException e) {
            return false;
        }
    }

    private static Optional<Bytes> await(Domain domain, Duration period) {
        long end = System.nanoTime() + period.plus(PATIENCE).toNanos();
        try {
            while (System.nanoTime() < end) {
                Optional<DirtyRate> rate = domain.statistics(Group.DIRTY_RATE).dirtyRate();
                if (rate.isPresent() && !rate.get().measuring()) {
                    return Optional.of(Bytes.ofMiB(Math.max(0, rate.get().mebibytesPerSecond())));
                }
                LockSupport.parkNanos(GLANCE.toNanos());
            }
        } catch (LibvirtException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** What the VMM's process holds in memory, less its own share, is what the guest has ever touched. */
    private static Bytes used(Domain domain, Bytes memory) {
        DomainStatistics statistics = domain.statistics(Group.BALLOON);
        long resident = statistics.parameters().number("balloon.rss").orElse(memory.value() / 1024) * 1024;
        Bytes used = new Bytes(resident).minusOrZero(VMM_OWN);
        return used.compareTo(memory) < 0 ? used : memory;
    }
}
