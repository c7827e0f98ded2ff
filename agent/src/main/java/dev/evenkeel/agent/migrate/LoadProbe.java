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
 * Measures what a move would have to carry. QEMU samples pages over a second; an agent that calls {@link #refresh} from time to time
 * has a fresh number at hand when a move is ordered, so that the order need not wait for one.
 */
public final class LoadProbe {
    /** A measurement older than this is made again before a move. */
    public static final Duration FRESH = Duration.ofMinutes(3);

    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final Duration GLANCE = Duration.ofMillis(50);
    /** What a VMM process holds beside its guest's touched memory; more under emulation, whose translated code counts. */
    private static final Bytes VMM_OWN = Bytes.ofMiB(64);

    private final Map<UUID, Measured> known = new ConcurrentHashMap<>();

    private record Measured(Bytes perSecond, long atNanos) {}

    /**
     * Measures all running VMs at once; takes a little over a second.
     *
     * @return bytes dirtied per second, for those that could be measured
     */
    public Map<UUID, Bytes> refresh(Connection host) {
        try (Domains all = host.domains()) {
            List<Domain> started = all.all().stream().filter(LoadProbe::start).toList();
            LockSupport.parkNanos(PERIOD.toNanos());
            Map<UUID, Bytes> rates = new HashMap<>();
            for (Domain domain : started) {
                await(domain).ifPresent(rate -> rates.put(domain.id(), rate));
            }
            known.keySet().retainAll(rates.keySet());
            return rates;
        }
    }

    /** The load of one VM: from a fresh measurement if there is one, else from one made now. */
    MigrationLoad measure(Domain domain, DomainDescription vm, Bytes storage) {
        Measured measured = known.get(vm.id());
        Bytes rate;
        if (measured != null && System.nanoTime() - measured.atNanos < FRESH.toNanos()) {
            rate = measured.perSecond;
        } else {
            rate = start(domain) ? await(domain).orElse(Bytes.ZERO) : Bytes.ZERO;
        }
        Bytes used = used(domain, vm.memory());
        return new MigrationLoad(vm.memory(), used, rate, used, storage);
    }

    /** A VM that is paused, has just ended, or whose VMM is too old to measure is taken to be quiet. */
    private static boolean start(Domain domain) {
        try {
            if (!domain.state().isRunning()) {
                return false;
            }
            domain.startDirtyRateMeasurement(PERIOD);
            return true;
        } catch (LibvirtException e) {
            return false;
        }
    }

    private Optional<Bytes> await(Domain domain) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (System.nanoTime() < end && domain.state().isRunning()) {
                Optional<DirtyRate> rate = domain.statistics(Group.DIRTY_RATE).dirtyRate();
                if (rate.isPresent() && !rate.get().measuring()) {
                    Bytes perSecond = Bytes.ofMiB(Math.max(0, rate.get().mebibytesPerSecond()));
                    known.put(domain.id(), new Measured(perSecond, System.nanoTime()));
                    return Optional.of(perSecond);
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
