package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.Domains;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.libvirt.SecondMonitor;
import dev.evenkeel.agent.libvirt.Ties;
import dev.evenkeel.agent.packages.RunningSoftware;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Whether every VM of this host would come through a change of its kernel with its memory, found out while they run. */
final class KernelReadiness {
    /** What a VM's state may take: its devices' memory, of which a graphics card has the most. */
    private static final Bytes STATE = Bytes.ofMiB(24);

    private KernelReadiness() {}

    /** A VM that will stand still, and where its memory lies. */
    record Candidate(UUID id, String name, SharedMemory memory) {}

    /** All that is found; with no refusals, the VMs are those to keep. */
    record Found(List<Candidate> vms, List<Refusal> refusals) {}

    static Found look(Connection connection, PersistentMemory.Mount mount) throws IOException {
        List<Candidate> vms = new ArrayList<>();
        List<Refusal> refusals = new ArrayList<>();
        try (Domains domains = connection.domains()) {
            for (Domain domain : domains) {
                if (domain.isAlive() && !RunningSoftware.isProbe(domain.name())) {
                    SharedMemory memory = SharedMemory.of(domain);
                    vms.add(new Candidate(domain.id(), domain.name(), memory));
                    obstacle(domain, memory, mount)
                            .map(why -> why.with("vm", domain.id().toString()))
                            .ifPresent(refusals::add);
                }
            }
        }
        long needed = STATE.value() * vms.size();
        long free = Files.getFileStore(mount.directory()).getUsableSpace();
        if (free < needed) {
            refusals.add(Refusal.of(
                    "STATE_FULL",
                    mount.directory() + " has " + new Bytes(free) + " free, and " + new Bytes(needed)
                            + " may be needed for the state of " + vms.size() + " VMs; make room there"));
        }
        return new Found(vms, refusals);
    }

    private static Optional<Refusal> obstacle(Domain domain, SharedMemory memory, PersistentMemory.Mount mount)
            throws IOException {
        if (!domain.state().isRunning()) {
            return Optional.of(Refusal.of("VM_PAUSED", "VM " + domain.name() + " is paused; resume it or shut it off"));
        }
        List<Refusal> ties = Ties.of(domain.name(), domain.xml());
        if (!ties.isEmpty()) {
            return Optional.of(ties.getFirst());
        }
        if (memory.refusal().isPresent()) {
            return memory.refusal();
        }
        for (Path file : memory.files()) {
            if (!file.startsWith(mount.directory())) {
                return Optional.of(Refusal.of(
                        "MEMORY_NOT_PERSISTENT",
                        "the memory of VM " + domain.name() + " lies in " + file
                                + ", which does not outlive the kernel;" + " it will lie in " + mount.directory()
                                + " from the VM's next start"));
            }
        }
        JsonNode blocked = SharedMemory.monitor(domain)
                .ask("{\"execute\":\"query-migrate\"}")
                .path("blocked-reasons");
        return blocked.isEmpty()
                ? Optional.empty()
                : Optional.of(Refusal.of(
                        "DEVICE_STATE",
                        "QEMU can't save VM " + domain.name() + ": "
                                + blocked.get(0).asString()));
    }

    /** Why a fresh QEMU of this host does not take its first orders from a file, or empty when it does. */
    static Optional<Refusal> obeys(Connection connection, Path orders) throws IOException {
        try (Domain probe =
                RunningSoftware.startProbe(connection, "orders-", xml -> SecondMonitor.readingOrders(xml, orders))) {
            try {
                JsonNode answer = Json.mapper()
                        .readTree(probe.monitor("{\"execute\":\"query-migrate-capabilities\"}"))
                        .path("return");
                for (JsonNode capability : answer) {
                    if (capability.path("capability").asString().equals("x-ignore-shared")
                            && capability.path("state").asBoolean()) {
                        return Optional.empty();
                    }
                }
                return Optional.of(no("it did not heed them", Map.of()));
            } finally {
                probe.destroy();
            }
        } catch (LibvirtException e) {
            return Optional.of(no("a probe VM did not start", Map.of("daemonSays", String.valueOf(e.getMessage()))));
        }
    }

    private static Refusal no(String why, Map<String, String> evidence) {
        return Refusal.of(
                "QEMU_TAKES_NO_ORDERS",
                "QEMU on this host would not find the VMs' memory again: it takes no orders from a file (" + why
                        + "); bring in QEMU 8.0 or newer first",
                evidence);
    }
}
