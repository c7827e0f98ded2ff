package dev.evenkeel.sim;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.impact.Ladder;
import dev.evenkeel.core.update.UpdateId;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The truth about one host. */
final class SimHost {
    final HostId id;
    final Topology topology;
    final Bytes memory;
    final TreeMap<String, String> versions = new TreeMap<>(Map.of("qemu", "10.0", "libvirt", "9.0"));

    /** What ran before an update, kept on the host's disk for its undo. */
    final TreeMap<UpdateId, SortedMap<String, String>> before = new TreeMap<>();

    /** Whether VMs can get a new VMM beneath them here. */
    boolean preserves;

    boolean up = true;

    /** The change under way, during which no VM may start or arrive. */
    @Nullable
    EffectId changing;

    /** The verification under way; it ends with the agent that does it. */
    @Nullable
    EffectId verifying;

    SimHost(HostId id, Topology topology, Bytes memory) {
        this.id = id;
        this.topology = topology;
        this.memory = memory;
    }

    String qemu() {
        return versions.getOrDefault("qemu", "?");
    }

    HostFacts facts() {
        TreeSet<String> capabilities = preserves ? new TreeSet<>(Set.of(Ladder.PRESERVE_VMM)) : new TreeSet<>();
        return new HostFacts(id.value(), id.value() + ".mgmt", "x86_64", "sim", 8, memory, versions, capabilities);
    }
}
