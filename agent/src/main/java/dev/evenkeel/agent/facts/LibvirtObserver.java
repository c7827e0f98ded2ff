package dev.evenkeel.agent.facts;

import dev.evenkeel.agent.hotpatch.HotPatches;
import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.libvirt.DomainState;
import dev.evenkeel.agent.libvirt.DomainStatistics;
import dev.evenkeel.agent.libvirt.Domains;
import dev.evenkeel.agent.libvirt.LibvirtError;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.libvirt.Ties;
import dev.evenkeel.agent.link.HostObserver;
import dev.evenkeel.agent.packages.RunningSoftware;
import dev.evenkeel.agent.preserve.PersistentMemory;
import dev.evenkeel.agent.preserve.VmmBinary;
import dev.evenkeel.agent.preserve.VmmHandover;
import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.impact.Ladder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at this host through its libvirt daemon and /proc. What is costly and can't change under a running process, the
 * version of the VMM that runs a VM, is asked once for each process. Called by one thread at a time.
 */
public final class LibvirtObserver implements HostObserver {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtObserver.class);
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final Path USERFAULTFD = Path.of("/dev/userfaultfd");
    private static final Path LIBVIRTD = Path.of("/usr/sbin/libvirtd");
    private static final Path UNSHARE = Path.of("/usr/bin/unshare");

    private final HostId host;
    private final String address;
    private final @Nullable Bytes memoryForVms;
    private final Supplier<Connection> libvirt;
    private final VmmHandover handover;
    private final HotPatches patches;
    private final GuestService guests;
    private final Map<String, String> vmmVersions = new HashMap<>();
    private final Map<String, Boolean> installed = new HashMap<>();
    private final List<VmPort> ports = new ArrayList<>();

    /**
     * @param address management address that other hosts migrate to
     * @param memoryForVms how much of the host's memory VMs may use in all, or null for all of it
     * @param libvirt opens a connection to this host's daemon, closed after each look
     * @param handover knows of VMs that are with the agent's own daemon
     * @param patches knows what is live on this host
     * @param guests told of each look where the VMs' network cards are
     */
    public LibvirtObserver(
            HostId host,
            String address,
            @Nullable Bytes memoryForVms,
            Supplier<Connection> libvirt,
            VmmHandover handover,
            HotPatches patches,
            GuestService guests) {
        this.host = host;
        this.address = address;
        this.memoryForVms = memoryForVms;
        this.libvirt = libvirt;
        this.handover = handover;
        this.patches = patches;
        this.guests = guests;
    }

    /** What wants to know where VMs are on the network. */
    public interface GuestService {
        /** Where the network cards of running VMs are now; must return quickly. */
        void seen(List<VmPort> ports);

        /** Whether VMs are served, for people. */
        String status();
    }

    @Override
    public Sight look() throws IOException {
        try (Connection connection = libvirt.get()) {
            return look(connection);
        } catch (LibvirtException e) {
            throw new IOException("libvirt on this host does not answer: " + e.getMessage(), e);
        }
    }

    private Sight look(Connection libvirt) throws IOException {
        TreeMap<VmId, Vm> vms = new TreeMap<>();
        TreeSet<String> seen = new TreeSet<>();
        ports.clear();
        look(libvirt, false, seen, vms);
        try (Connection aside = handover.aside().orElse(null)) {
            if (aside != null) {
                look(aside, true, seen, vms);
            }
        }
        guests.seen(List.copyOf(ports));
        vmmVersions.keySet().retainAll(seen);
        installed.keySet().removeIf(key -> !seen.contains(key.substring(0, key.indexOf(' '))));
        return new Sight(facts(libvirt), List.copyOf(vms.values()));
    }

    /** On its way between this host's two daemons a VM is known to both; where it runs is what counts. */
    private void look(Connection libvirt, boolean aside, TreeSet<String> seen, TreeMap<VmId, Vm> vms)
            throws IOException {
        try (Domains domains = libvirt.domains()) {
            for (Domain domain : domains) {
                look(domain, aside, seen)
                        .filter(vm -> !aside || vm.state().alive())
                        .ifPresent(vm -> vms.merge(vm.id(), vm, LibvirtObserver::theLivelier));
            }
        }
    }

    private static Vm theLivelier(Vm home, Vm aside) {
        boolean homeLives = home.state() == VmState.RUNNING
                || aside.state() != VmState.RUNNING && home.state().alive();
        return homeLives ? home : aside;
    }

    private HostFacts facts(Connection libvirt) throws IOException {
        var node = libvirt.host().node();
        TreeMap<String, String> versions = new TreeMap<>();
        versions.put(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        versions.put("libvirt", libvirt.libvirtVersion());
        versions.put("qemu", libvirt.hypervisorVersion());
        cpuinfo("microcode").ifPresent(m -> versions.put("microcode", m));
        versions.putAll(patches.facts());
        versions.put("metadata-service", guests.status());
        TreeSet<String> capabilities = new TreeSet<>();
        if (Files.exists(USERFAULTFD)) {
            capabilities.add("post-copy");
        }
        if (Files.isExecutable(LIBVIRTD) && Files.isExecutable(UNSHARE)) {
            capabilities.add(Ladder.PRESERVE_VMM);
        }
        if (Files.exists(Path.of("/dev/kvm"))) {
            capabilities.add("kvm");
        }
        capabilities.addAll(patches.capabilities());
        if (PersistentMemory.isReady()) {
            capabilities.add(Ladder.PRESERVE_KERNEL);
        }
        return new HostFacts(
                libvirt.host().hostname(),
                address,
                node.model(),
                cpuinfo("model name").orElse("unknown"),
                node.cpus(),
                memoryForVms == null ? new Bytes(node.memoryBytes()) : memoryForVms,
                versions,
                capabilities);
    }

    private static Optional<String> cpuinfo(String field) throws IOException {
        return Files.readAllLines(CPUINFO).stream()
                .filter(line -> line.startsWith(field))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    /**
     * Empty for our own probes, and for a domain that went away while it was looked at. Nothing else may make a VM unseen:
     * a host that seems empty is changed.
     */
    private Optional<Vm> look(Domain domain, boolean aside, TreeSet<String> seen) throws IOException {
        try {
            if (RunningSoftware.isProbe(domain.name())) {
                return Optional.empty();
            }
            DomainState state = domain.state();
            String xml = domain.xml();
            DomainDescription description = DomainDescription.parse(xml);
            UUID id = domain.id();
            if (state.isActive()) {
                addPorts(id, description);
            }
            String process = state.isActive() ? process(domain.name(), aside) : "";
            String key = id + "@" + process;
            String vmm = state.isActive() ? vmmVersion(domain, state, key) : "";
            seen.add(key);
            return Optional.of(new Vm(
                    new VmId(id.toString()),
                    domain.name(),
                    new TenantId(description.owner().tenant()),
                    host,
                    state(state),
                    description.memory(),
                    description.vcpus(),
                    description
                            .owner()
                            .availabilitySet()
                            .map(AvailabilitySetId::new)
                            .orElse(null),
                    description.owner().intent(),
                    vmm,
                    description.obstacles().stream()
                            .map(what -> Refusal.of("DEVICE", "VM " + domain.name() + " can't be moved: " + what))
                            .toList(),
                    state.isActive() && !state.isPausedByMigration() ? dirtyRate(domain) : null,
                    description.disks().stream()
                            .anyMatch(d -> d.device().equals("disk")
                                    && d.type().equals("file")
                                    && !d.readOnly()
                                    && !d.shareable()),
                    !state.isActive() || runsWhatIsInstalled(process, key),
                    aside,
                    state.isActive() ? Ties.of(domain.name(), xml) : List.of(),
                    description.owner().misread(),
                    description.owner().tags()));
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.NO_DOMAIN) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void addPorts(UUID id, DomainDescription description) {
        for (DomainDescription.Nic nic : description.nics()) {
            nic.device()
                    .ifPresent(device -> ports.add(
                            new VmPort(new VmId(id.toString()), description.name(), device, nic.bridge(), nic.mac())));
        }
    }

    private static VmState state(DomainState state) {
        return switch (state.status()) {
            case RUNNING, BLOCKED -> VmState.RUNNING;
            case PAUSED, SUSPENDED, SHUTTING_DOWN -> VmState.PAUSED;
            case SHUT_OFF, NONE -> VmState.SHUT_OFF;
            case CRASHED -> VmState.CRASHED;
        };
    }

    private static @Nullable Bytes dirtyRate(Domain domain) {
        try {
            return domain.statistics(DomainStatistics.Group.DIRTY_RATE)
                    .dirtyRate()
                    .filter(rate -> !rate.measuring() && rate.mebibytesPerSecond() >= 0)
                    .map(rate -> Bytes.ofMiB(rate.mebibytesPerSecond()))
                    .orElse(null);
        } catch (LibvirtException e) {
            LOG.debug("the dirty rate of {} is not to be had: {}", domain.name(), e.getMessage());
            return null;
        }
    }

    /**
     * The version of the process that runs the VM, whatever is installed by now; empty when it can't be asked now. One
     * that is on its way in is not asked: libvirt would not answer until it has arrived.
     */
    private String vmmVersion(Domain domain, DomainState state, String key) throws IOException {
        String version = vmmVersions.get(key);
        if (version == null && state.isPausedByMigration()) {
            return "";
        }
        if (version == null) {
            try {
                version = RunningSoftware.parseVersion(domain.monitor("{\"execute\":\"query-version\"}"));
            } catch (LibvirtException e) {
                LOG.debug("what runs {} can't be asked: {}", key, e.getMessage());
                return "";
            }
            vmmVersions.put(key, version);
        }
        return version;
    }

    /** Compared once for each process and each program that comes to lie in its place. */
    private boolean runsWhatIsInstalled(String process, String key) {
        try {
            long pid = Long.parseLong(process);
            BasicFileAttributes there = Files.readAttributes(VmmBinary.installedFor(pid), BasicFileAttributes.class);
            String pair = key + " " + there.fileKey() + " " + there.lastModifiedTime();
            Boolean known = installed.get(pair);
            if (known == null) {
                known = VmmBinary.isInstalled(pid);
                installed.put(pair, known);
            }
            return known;
        } catch (IOException | NumberFormatException e) {
            LOG.debug("what runs {} can't be told: {}", key, e.getMessage());
            return false;
        }
    }

    private String process(String name, boolean aside) {
        Path run = aside ? handover.asideRun() : VmmHandover.HOME_RUN;
        try {
            return Long.toString(VmmBinary.processOf(run, name));
        } catch (IOException e) {
            return "?";
        }
    }
}
