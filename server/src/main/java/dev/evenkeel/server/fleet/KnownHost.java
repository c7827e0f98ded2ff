package dev.evenkeel.server.fleet;

import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.store.HostRecord;
import dev.evenkeel.wire.link.Report.Inventory;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One host in memory. Guarded by the registry's lock. */
final class KnownHost {
    private static final int REMEMBERED = 64;

    final HostId id;
    Topology topology;
    boolean cordoned;

    @Nullable
    String cordonReason;

    @Nullable
    TenantId dedicatedTo;

    @Nullable
    HostFacts facts;

    @Nullable
    Instant observedAt;
    /** When its agent last said anything; null since the server started. */
    @Nullable
    Instant heardAt;

    private final SortedMap<VmId, Vm> vms = new TreeMap<>();
    /** The VMs that left last: the one that moved them may tell where to only after the host has told that they are gone. */
    private final Map<VmId, Vm> departed = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<VmId, Vm> eldest) {
            return size() > REMEMBERED;
        }
    };

    private String session = "";
    private long nextSequence;

    KnownHost(HostRecord record) {
        id = record.id();
        topology = record.topology();
        cordoned = record.cordoned();
        cordonReason = record.cordonReason();
        dedicatedTo = record.dedicatedTo();
        facts = record.facts();
        observedAt = record.observedAt();
        record.vms().forEach(vm -> vms.put(vm.id(), vm));
    }

    Collection<Vm> vms() {
        return vms.values();
    }

    /** Takes a VM out of what is known to be here, or to have been here just now; null when it was not. */
    @Nullable
    Vm leaves(VmId vm) {
        Vm here = vms.remove(vm);
        Vm gone = departed.remove(vm);
        return here != null ? here : gone;
    }

    private boolean departs(VmId vm) {
        Vm here = vms.remove(vm);
        if (here != null) {
            departed.put(vm, here);
        }
        return here != null;
    }

    /** A VM has arrived; what the host's own agent says of it, before or after, counts for more. */
    void arrives(Vm vm) {
        vms.putIfAbsent(vm.id(), vm);
    }

    /** Whether a report follows the one before; a full one follows anything. */
    boolean follows(String reportSession, long sequence, boolean full) {
        boolean next = reportSession.equals(session) && sequence == nextSequence;
        if (!next && !full) {
            return false;
        }
        session = reportSession;
        nextSequence = sequence + 1;
        return true;
    }

    /**
     * Takes an inventory in.
     *
     * @return whether anything but the time changed
     */
    boolean take(Inventory inventory, Instant at) {
        boolean changed = false;
        if (inventory.full()) {
            List<VmId> listed = inventory.vms().stream().map(Vm::id).toList();
            for (VmId vm : List.copyOf(vms.keySet())) {
                changed |= !listed.contains(vm) && departs(vm);
            }
        }
        for (VmId gone : inventory.gone()) {
            changed |= departs(gone);
        }
        for (Vm vm : inventory.vms()) {
            changed |= !vm.equals(vms.put(vm.id(), vm));
        }
        HostFacts told = inventory.facts();
        if (told != null && !told.equals(facts)) {
            facts = told;
            changed = true;
        }
        observedAt = at;
        return changed;
    }
}
