package dev.evenkeel.agent.metadata;

import dev.evenkeel.agent.facts.VmPort;
import dev.evenkeel.agent.metadata.Neighbours.Neighbour;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which VM is at an address: the one behind whose interface the kernel sends what it sends there. Nothing that a VM says of
 * itself counts, and an address whose frames go out of this host by another way is nobody's. A hardware address that
 * belongs to one VM of the host and is seen behind another is an attempt, and nobody's either. The kernel's tables are read
 * once a second, and at once for an address that is not in them. Used by one thread.
 */
final class GuestPeers implements Function<InetAddress, Optional<GuestVm>> {
    private static final Logger LOG = LoggerFactory.getLogger(GuestPeers.class);
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration AT_MOST = Duration.ofMillis(50);

    private final Tables tables;
    private final Supplier<List<VmPort>> ports;
    private List<VmPort> seen = List.of();
    private final Map<String, VmPort> byDevice = new HashMap<>();
    private final Map<String, VmPort> byMac = new HashMap<>();
    private Map<String, Neighbour> neighbours = Map.of();
    private Map<String, String> forwarding = Map.of();
    private long readAt;
    private boolean read;
    private boolean failing;

    /** The kernel's tables. */
    interface Tables {
        /** By address. */
        Map<String, Neighbour> neighbours() throws IOException;

        /** The device by hardware address; empty when neighbours are behind devices of their own. */
        Map<String, String> forwarding() throws IOException;
    }

    /** @param ports of the VMs that run here now */
    GuestPeers(Tables tables, Supplier<List<VmPort>> ports) {
        this.tables = tables;
        this.ports = ports;
    }

    @Override
    public Optional<GuestVm> apply(InetAddress address) {
        long now = System.nanoTime();
        if (!read || now - readAt > FRESH.toNanos()) {
            refresh(now);
        }
        Optional<GuestVm> vm = find(address.getHostAddress());
        if (vm.isEmpty() && now - readAt > AT_MOST.toNanos()) {
            refresh(now);
            vm = find(address.getHostAddress());
        }
        return vm;
    }

    private Optional<GuestVm> find(String address) {
        List<VmPort> current = ports.get();
        if (current != seen) {
            seen = current;
            byDevice.clear();
            byMac.clear();
            for (VmPort port : current) {
                byDevice.put(port.device(), port);
                port.mac().ifPresent(mac -> byMac.put(mac, port));
            }
        }
        Neighbour neighbour = neighbours.get(address);
        if (neighbour == null) {
            return Optional.empty();
        }
        VmPort behind = byDevice.get(forwarding.getOrDefault(neighbour.mac(), neighbour.device()));
        if (behind == null) {
            return Optional.empty();
        }
        VmPort owner = byMac.get(neighbour.mac());
        if (owner != null && !owner.vm().equals(behind.vm())) {
            LOG.debug("VM {} uses the hardware address of VM {}", behind.vm(), owner.vm());
            return Optional.empty();
        }
        return Optional.of(new GuestVm(behind.vm(), behind.name()));
    }

    private void refresh(long now) {
        readAt = now;
        read = true;
        try {
            neighbours = tables.neighbours();
            forwarding = tables.forwarding();
            failing = false;
        } catch (IOException e) {
            neighbours = Map.of(); // rather nobody than the wrong one
            forwarding = Map.of();
            if (!failing) {
                LOG.warn("the kernel's tables cannot be read, so no VM is recognised: {}", e.toString());
                failing = true;
            }
        }
    }
}
