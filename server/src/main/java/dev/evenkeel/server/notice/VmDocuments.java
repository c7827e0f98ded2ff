package dev.evenkeel.server.notice;

import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.store.PgVmDocuments;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.Documents;
import dev.evenkeel.wire.link.VmDocument;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents of all VMs on hosts whose shard this server leads. Each look compares what is to be told with what was
 * told; a change gets the VM's next number, which is in the database before any agent hears of it.
 */
public final class VmDocuments {
    private static final Logger LOG = LoggerFactory.getLogger(VmDocuments.class);
    private static final int STAMP_BYTES = 12;

    private final EventSource source;
    private final Function<Instant, Fleet> fleet;
    private final Function<MigrationDomainId, Optional<Lease>> leases;
    private final PgVmDocuments stored;
    private final TimeSource time;
    private final Consumer<HostId> changed;
    private final Map<HostId, Documents> byHost = new ConcurrentHashMap<>();
    // The rest is guarded by this object's lock.
    private final Map<MigrationDomainId, Lease> led = new HashMap<>();
    private Map<VmId, VmDocument> last = new HashMap<>();
    private boolean failing;

    /**
     * @param leases under which this server leads a shard, if it does
     * @param changed called with each host whose VMs are told something else
     */
    public VmDocuments(
            EventSource source,
            Function<Instant, Fleet> fleet,
            Function<MigrationDomainId, Optional<Lease>> leases,
            PgVmDocuments stored,
            TimeSource time,
            Consumer<HostId> changed) {
        this.source = source;
        this.fleet = fleet;
        this.leases = leases;
        this.stored = stored;
        this.time = time;
        this.changed = changed;
    }

    /** What the VMs of a host are told, unless that is what the stamp names; null also before the first look. */
    public @Nullable Documents newsFor(HostId host, @Nullable String stamp) {
        Documents current = byHost.get(host);
        return current == null || current.stamp().equals(stamp) ? null : current;
    }

    /** Whether this server says what the VMs of a host are told; not before its first look. */
    public boolean speaksTo(HostId host) {
        return byHost.containsKey(host);
    }

    /** Whether a VM of this host is told of an event now. */
    public boolean tells(HostId host, VmId vm, EventId event) {
        Documents current = byHost.get(host);
        return current != null
                && current.vms().stream()
                        .filter(document -> document.vm().equals(vm))
                        .flatMap(document -> document.events().stream())
                        .anyMatch(told -> told.event().id().equals(event));
    }

    /** Looks once more what is to be told. Trouble is logged, and made up for by the next look. */
    public void look() {
        try {
            List<HostId> news;
            synchronized (this) {
                news = compare();
                if (failing) {
                    LOG.info("VMs are told of events again");
                    failing = false;
                }
            }
            news.forEach(changed);
        } catch (RuntimeException e) {
            synchronized (this) {
                if (!failing) {
                    LOG.warn("VMs are not told of new events until this is over", e);
                    failing = true;
                }
            }
        }
    }

    private List<HostId> compare() {
        Instant now = time.now();
        Fleet known = fleet.apply(now);
        List<Host> ours = ours(known);
        Map<VmId, Vm> vms = new HashMap<>();
        known.allVms().forEach(vm -> vms.putIfAbsent(vm.id(), vm));
        Telling telling = new Telling(source.current(), vms);
        List<HostId> news = new ArrayList<>();
        for (Host host : ours) {
            List<VmDocument> documents = new ArrayList<>();
            for (Vm vm : known.vmsOn(host.id())) {
                documents.add(next(telling, vm, now));
            }
            Documents before = byHost.get(host.id());
            if (before == null || !before.vms().equals(documents)) {
                byHost.put(host.id(), new Documents(stamp(documents), documents));
                news.add(host.id());
            }
        }
        return news;
    }

    /** The hosts of shards that we lead. Under a new lease what others may have told meanwhile is read again. */
    private List<Host> ours(Fleet known) {
        List<Host> ours = new ArrayList<>();
        boolean reread = false;
        for (Host host : known.hosts().values()) {
            MigrationDomainId shard = host.topology().migrationDomain();
            Optional<Lease> lease = leases.apply(shard);
            if (lease.isPresent()) {
                ours.add(host);
                reread |= !lease.get().equals(led.put(shard, lease.get()));
            } else {
                led.remove(shard);
                byHost.remove(host.id());
            }
        }
        if (reread) {
            last = new HashMap<>();
            stored.all().forEach(document -> last.put(document.vm(), document));
        }
        return ours;
    }

    private VmDocument next(Telling telling, Vm vm, Instant now) {
        VmDocument before = last.getOrDefault(vm.id(), VmDocument.empty(vm.id()));
        VmDocument next = telling.next(vm, before, now);
        if (!next.equals(before)) {
            if (!stored.put(next)) {
                led.clear(); // somebody else told it something: read again
                throw new IllegalStateException("what VM " + vm.id() + " is told was changed by another server");
            }
            last.put(vm.id(), next);
        }
        return next;
    }

    private static String stamp(List<VmDocument> documents) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(Json.mapper().writeValueAsBytes(documents));
            return HexFormat.of().formatHex(digest, 0, STAMP_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
