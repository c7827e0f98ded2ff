package dev.evenkeel.sim;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.impact.HotPatching;
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
    private static final String FIRST_KERNEL = "6.1";

    final HostId id;
    final Topology topology;
    final Bytes memory;
    final TreeMap<String, String> versions =
            new TreeMap<>(Map.of("kernel", FIRST_KERNEL, "qemu", "10.0", "libvirt", "9.0"));

    /** The kernels that are installed; the newest is booted when power comes back. */
    final TreeSet<String> kernels = new TreeSet<>(Set.of(FIRST_KERNEL));

    /** What ran before an update, kept on the host's disk for its undo. */
    final TreeMap<UpdateId, SortedMap<String, String>> before = new TreeMap<>();

    /** Whether VMs can get a new VMM beneath them here. */
    boolean preserves;

    /** Whether VMs' memory outlives its kernel. */
    boolean keepsMemory;

    /** The task that never leaves what livepatches change, as the kernel tells of it, or null when there is none. */
    @Nullable
    String holdsUp;

    boolean up = true;

    /** One kernel has handed over to the next and nothing on it runs. */
    boolean booting;

    /** The change of its kernel under way, during which no VM may start, arrive or leave. */
    @Nullable
    EffectId switching;

    /** The change under way, during which no VM may start or arrive. */
    @Nullable
    EffectId changing;

    /** A change that was cut off, for which the host stays closed until it is decided on or power fails. */
    @Nullable
    EffectId leftClosed;

    /** The verification under way; it ends with the agent that does it. */
    @Nullable
    EffectId verifying;

    SimHost(HostId id, Topology topology, Bytes memory) {
        this.id = id;
        this.topology = topology;
        this.memory = memory;
    }

    /** Whether it takes no VM just now. */
    boolean closed() {
        return changing != null || switching != null || leftClosed != null;
    }

    /** Its power is back. */
    void comesUp() {
        if (!up) {
            up = true;
            leftClosed = null;
            boots(kernels.last());
        }
    }

    /** Another kernel knows nothing of the patches that the one before it took; the same one is given them again. */
    void boots(String kernel) {
        if (!kernel.equals(versions.put("kernel", kernel))) {
            versions.keySet().removeIf(name -> name.startsWith("livepatch."));
        }
    }

    String kernel() {
        return versions.getOrDefault("kernel", "?");
    }

    String qemu() {
        return versions.getOrDefault("qemu", "?");
    }

    HostFacts facts() {
        TreeSet<String> capabilities = new TreeSet<>();
        if (preserves) {
            capabilities.add(Ladder.PRESERVE_VMM);
        }
        if (keepsMemory) {
            capabilities.add(Ladder.PRESERVE_KERNEL);
        }
        capabilities.add(HotPatching.LIVEPATCH);
        return new HostFacts(id.value(), id.value() + ".mgmt", "x86_64", "sim", 8, memory, versions, capabilities);
    }
}
