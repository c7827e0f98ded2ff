package dev.evenkeel.server.fleet;

import dev.evenkeel.core.engine.RunStore.HeldScope;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.store.HostRecord;
import dev.evenkeel.store.PgHosts;
import dev.evenkeel.wire.link.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All hosts that joined, and what was last heard of each. Safe for many threads; no listener is called under its lock. */
public final class FleetRegistry {
    /** A hold on this scope means that a host run works on the host. */
    private static final String HOST_SCOPE = "host:";

    private final PgHosts records;
    private final Supplier<List<HeldScope>> holds;
    private final TimeSource time;
    private final Duration silence;
    private final OwnersBook owners;
    private final SortedMap<HostId, KnownHost> hosts = new TreeMap<>();

    /**
     * @param holds who holds what, from the store
     * @param silence a host that has said nothing for so long is not reachable
     * @param owners what was said of VMs beside their metadata
     */
    public FleetRegistry(
            PgHosts records, Supplier<List<HeldScope>> holds, TimeSource time, Duration silence, OwnersBook owners) {
        this.records = records;
        this.holds = holds;
        this.time = time;
        this.silence = silence;
        this.owners = owners;
        for (HostRecord record : records.all()) {
            hosts.put(record.id(), new KnownHost(record));
        }
    }

    /** What became of a report. */
    public enum Taken {
        /** It was taken in and had something new about the host. */
        OBSERVED,
        /** It was a heartbeat. */
        HEARD,
        /** It follows on something that was never heard: the agent must say everything. */
        RESYNC
    }

    public synchronized boolean knows(HostId host) {
        return hosts.containsKey(host);
    }

    /** A host joined, for the first time or again. */
    public void enrol(HostId host, Topology topology) {
        records.enrol(host, topology);
        synchronized (this) {
            KnownHost known = hosts.get(host);
            if (known == null) {
                hosts.put(
                        host, new KnownHost(new HostRecord(host, topology, false, null, null, null, List.of(), null)));
            } else {
                known.topology = topology;
            }
        }
    }

    /** The host's agent was heard of; nothing when the host never joined. */
    public synchronized void heard(HostId host) {
        KnownHost known = hosts.get(host);
        if (known != null) {
            known.heardAt = time.now();
        }
    }

    /** Takes a report's inventory in. */
    public Taken report(HostId host, Report report) {
        Report.Inventory inventory = report.inventory();
        HostFacts facts;
        List<Vm> vms;
        Instant at;
        synchronized (this) {
            KnownHost known = hosts.get(host);
            if (known == null) {
                throw new IllegalArgumentException("host " + host + " never joined");
            }
            Instant now = time.now();
            known.heardAt = now;
            boolean full = inventory != null && inventory.full() && inventory.observedAt() != null;
            if (!known.follows(report.session(), report.sequence(), full)) {
                return Taken.RESYNC;
            }
            if (inventory == null) {
                return Taken.HEARD;
            }
            if (inventory.observedAt() == null || (known.facts == null && inventory.facts() == null)) {
                return Taken.RESYNC;
            }
            at = inventory.observedAt().isAfter(now) ? now : inventory.observedAt();
            boolean changed = known.take(inventory, at);
            facts = known.facts;
            if (!changed || facts == null) {
                return Taken.OBSERVED;
            }
            vms = List.copyOf(known.vms());
        }
        records.observed(host, facts, vms, at);
        return Taken.OBSERVED;
    }

    /**
     * The source of a move said that the VM runs on its destination now. Until the destination's agent has looked, nobody
     * else would know where it is.
     */
    public synchronized void moved(VmId vm, HostId from, HostId to) {
        KnownHost source = hosts.get(from);
        KnownHost destination = hosts.get(to);
        if (source != null && destination != null) {
            Vm left = source.leaves(vm);
            if (left != null) {
                destination.arrives(left.movedTo(to));
            }
        }
    }

    /**
     * Keeps new VMs away from a host, or lets them in again.
     *
     * @return false when there is no such host
     */
    public boolean cordon(HostId host, boolean cordoned, @Nullable String reason) {
        synchronized (this) {
            if (!hosts.containsKey(host)) {
                return false;
            }
        }
        records.cordon(host, cordoned, cordoned ? reason : null);
        synchronized (this) {
            KnownHost known = hosts.get(host);
            if (known != null) {
                known.cordoned = cordoned;
                known.cordonReason = cordoned ? reason : null;
            }
        }
        return true;
    }

    /** From now on a host that joined is this tenant's, or everybody's. */
    public void dedicate(HostId host, @Nullable TenantId tenant) {
        records.dedicate(host, tenant);
        synchronized (this) {
            KnownHost known = hosts.get(host);
            if (known != null) {
                known.dedicatedTo = tenant;
            }
        }
    }

    /** Why an operator cordoned a host, if one did and said why. */
    public synchronized Optional<String> cordonReason(HostId host) {
        KnownHost known = hosts.get(host);
        return known == null ? Optional.empty() : Optional.ofNullable(known.cordonReason);
    }

    /** The shard that a host belongs to; nothing when it never joined. */
    public synchronized Optional<MigrationDomainId> shard(HostId host) {
        KnownHost known = hosts.get(host);
        return known == null ? Optional.empty() : Optional.of(known.topology.migrationDomain());
    }

    /** Every migration domain that has a host. */
    public synchronized Set<MigrationDomainId> shards() {
        Set<MigrationDomainId> shards = new HashSet<>();
        hosts.values().forEach(host -> shards.add(host.topology.migrationDomain()));
        return shards;
    }

    /**
     * The fleet as it is known at {@code now}, its VMs with what was said of them beside their metadata; hosts whose agents never told anything are left out.
     */
    public Fleet snapshot(Instant now) {
        owners.look();
        Set<String> maintained = new HashSet<>();
        for (HeldScope held : holds.get()) {
            if (held.scope().startsWith(HOST_SCOPE)) {
                maintained.add(held.scope().substring(HOST_SCOPE.length()));
            }
        }
        synchronized (this) {
            List<Host> all = new ArrayList<>();
            List<Vm> vms = new ArrayList<>();
            for (KnownHost known : hosts.values()) {
                if (known.facts != null && known.observedAt != null) {
                    all.add(new Host(
                            known.id,
                            known.topology,
                            known.facts,
                            known.cordoned,
                            maintained.contains(known.id.value()),
                            reachable(known, now),
                            known.observedAt,
                            known.dedicatedTo));
                    known.vms().forEach(vm -> vms.add(owners.over(vm)));
                }
            }
            return new Fleet(all, vms);
        }
    }

    /** A VM as its host's agent tells of it: with what its metadata says and nothing else. */
    public synchronized Optional<Vm> told(HostId host, VmId vm) {
        KnownHost known = hosts.get(host);
        return known == null
                ? Optional.empty()
                : known.vms().stream().filter(one -> one.id().equals(vm)).findFirst();
    }

    /** Whether the host's agent was heard of just now. */
    public synchronized boolean answers(HostId host) {
        KnownHost known = hosts.get(host);
        return known != null && reachable(known, time.now());
    }

    private boolean reachable(KnownHost known, Instant now) {
        return known.heardAt != null && !known.heardAt.plus(silence).isBefore(now);
    }
}
