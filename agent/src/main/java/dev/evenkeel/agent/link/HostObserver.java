package dev.evenkeel.agent.link;

import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.Vm;
import java.io.IOException;
import java.util.List;

/** Looks at the host. Called from one thread at a time. */
@FunctionalInterface
public interface HostObserver {

    /**
     * What is on the host now.
     *
     * @throws IOException when it cannot be seen, such as while libvirt restarts; the last sight then grows old
     */
    Sight look() throws IOException;

    /** What was seen; {@code vms} are all VMs that the host knows, whatever their state. */
    record Sight(HostFacts facts, List<Vm> vms) {
        public Sight {
            vms = List.copyOf(vms);
        }
    }
}
