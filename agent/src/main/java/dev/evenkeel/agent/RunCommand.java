package dev.evenkeel.agent;

import dev.evenkeel.agent.driver.HandOvers;
import dev.evenkeel.agent.driver.LibvirtHostDriver;
import dev.evenkeel.agent.driver.Moves;
import dev.evenkeel.agent.driver.Redeployments;
import dev.evenkeel.agent.driver.Restarts;
import dev.evenkeel.agent.facts.ChangeWatch;
import dev.evenkeel.agent.facts.LibvirtObserver;
import dev.evenkeel.agent.facts.Rounds;
import dev.evenkeel.agent.hotpatch.HotPatches;
import dev.evenkeel.agent.join.Identity;
import dev.evenkeel.agent.join.IdentityFiles;
import dev.evenkeel.agent.join.Joiner;
import dev.evenkeel.agent.join.LibvirtTls;
import dev.evenkeel.agent.join.Renewal;
import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.Domains;
import dev.evenkeel.agent.libvirt.Libvirt;
import dev.evenkeel.agent.link.GatewayClients;
import dev.evenkeel.agent.link.LinkTimes;
import dev.evenkeel.agent.metadata.GuestDocuments;
import dev.evenkeel.agent.metadata.MetadataService;
import dev.evenkeel.agent.migrate.Daemons;
import dev.evenkeel.agent.migrate.LiveMigration;
import dev.evenkeel.agent.migrate.LoadProbe;
import dev.evenkeel.agent.packages.Closing;
import dev.evenkeel.agent.packages.HookHearing;
import dev.evenkeel.agent.packages.PackageUpdates;
import dev.evenkeel.agent.packages.PayloadCache;
import dev.evenkeel.agent.packages.QemuHook;
import dev.evenkeel.agent.packages.RunningSoftware;
import dev.evenkeel.agent.packages.ServicePolicy;
import dev.evenkeel.agent.packages.Services;
import dev.evenkeel.agent.preserve.KernelSwitch;
import dev.evenkeel.agent.preserve.VmmHandover;
import dev.evenkeel.agent.trust.Manifests;
import dev.evenkeel.core.fleet.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The agent of a libvirt host: the one visible list of its parts. */
@Command(
        name = "run",
        description = "Runs the agent of a host that has joined, until it is told to stop.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final Duration MEASURE_EVERY = Duration.ofMinutes(1);
    private static final Duration CLEAR_EVERY = Duration.ofSeconds(15);
    private static final Duration PATCH_EVERY = Duration.ofSeconds(20);
    private static final int HANDOVER_CALLS = 16;
    /** Where packages' scripts look for the policy of services (Debian Policy 9.3.3.1). */
    private static final Path SBIN = Path.of("/usr/sbin");

    @Option(names = "--state", defaultValue = "/var/lib/evenkeel", description = "The agent's directory")
    Path state = Path.of("");

    @Option(names = "--libvirt", defaultValue = "qemu:///system", description = "This host's libvirt daemon")
    String libvirtUri = "";

    @Option(
            names = "--shared-storage",
            description =
                    "A directory that is the same on every host, so that disks in it are not copied; may be repeated")
    List<Path> sharedStorage = List.of();

    @Option(names = "--vm-memory-mib", description = "How much memory VMs may use in all; by default all of the host's")
    @Nullable
    Long vmMemoryMib;

    @Option(names = "--no-libvirt-tls", description = "Leave /etc/pki alone when the certificate is renewed")
    boolean noLibvirtTls;

    @Option(names = "--pki", defaultValue = "/etc/pki", description = "Where libvirt and QEMU look for certificates")
    Path pki = Path.of("");

    @Option(
            names = "--hooks",
            defaultValue = "/etc/libvirt/hooks",
            description = "Where libvirt looks for hooks; ours keeps VMs away while packages are changed")
    Path hooks = Path.of("");

    @Option(
            names = "--patch-patience",
            defaultValue = "PT1M",
            description = "How long a livepatch may take to go in or out before it is turned round")
    Duration patchPatience = Duration.ZERO;

    @Option(
            names = "--metadata",
            defaultValue = "ON",
            description =
                    "Whether VMs are told of scheduled events at 169.254.169.254: ${COMPLETION-CANDIDATES}; ON puts it on"
                            + " their bridges, ROUTED expects the address on this host")
    MetadataService.Mode metadata = MetadataService.Mode.ON;

    @Option(names = "--run", defaultValue = "/run/evenkeel", description = "Where to note hand-overs under way")
    Path run = Path.of("");

    @Override
    public Integer call() throws Exception {
        String unavailable = Libvirt.whyUnavailable().orElse(null);
        if (unavailable != null) {
            throw new IOException(unavailable);
        }
        IdentityFiles files = new IdentityFiles(state);
        Identity identity = files.load()
                .orElseThrow(
                        () -> new IOException("this host has not joined a fleet; run: evenkeel agent join --help"));
        Supplier<Connection> libvirt = () -> Connection.open(libvirtUri);
        Manifests manifests = new Manifests(state);
        LoadProbe loads = new LoadProbe();

        GatewayClients clients = new GatewayClients(identity);
        Files.createDirectories(state);
        LiveMigration migration = new LiveMigration(Daemons.real(), loads, state.resolve("moves"), this::isShared);
        VmmHandover handover =
                new VmmHandover(run, libvirt, new BlockingCalls(HANDOVER_CALLS), new Services()::reloadVirtualisation);
        HandOvers handOvers = new HandOvers(handover, identity.host(), state.resolve("hand-overs"));
        PayloadCache payloads = new PayloadCache(state.resolve("payloads"), clients, Agent.SERVER_PATIENCE);
        HotPatches patches =
                new HotPatches(state.resolve("hot-patches"), payloads, patchPatience, libvirt, manifests::find);
        LibvirtHostDriver driver = driver(libvirt, migration, handover, handOvers, payloads, patches, manifests);
        GuestDocuments documents = new GuestDocuments(state.resolve("metadata"), InstantSource.system());
        MetadataService guests =
                MetadataService.start(metadata, state.resolve("metadata"), documents, InstantSource.system());
        LibvirtObserver observer = new LibvirtObserver(
                identity.host(),
                identity.address(),
                vmMemoryMib == null ? null : Bytes.ofMiB(vmMemoryMib),
                libvirt,
                handover,
                patches,
                guests);
        SecureRandom random = new SecureRandom();
        Agent agent = Agent.start(
                state,
                clients,
                driver,
                observer,
                manifests,
                documents,
                LinkTimes.DEFAULT,
                InstantSource.system(),
                random);
        Thread.ofPlatform().name("makes hot patches live again").start(() -> {
            patches.restore();
            agent.hostChanged();
        });
        ChangeWatch changes = ChangeWatch.start(libvirt, agent::hostChanged);
        Rounds load = Rounds.start("measuring loads", MEASURE_EVERY, () -> measure(loads, libvirt, agent::hostChanged));
        Rounds fresh = Rounds.start("patching what has started since", PATCH_EVERY, patches::keepUp);
        Rounds leftovers = Rounds.start("clearing leftovers", CLEAR_EVERY, migration::clearLeftovers);
        Renewal renewal = Renewal.start(identity, new Joiner(files), clients, InstantSource.system(), () -> {
            if (!noLibvirtTls) {
                new LibvirtTls(pki).install(files);
            }
        });
        LOG.info("agent of {} runs; server {}", identity.host(), identity.server());

        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            LOG.info("the agent stops; what is under way on the host goes on");
            renewal.close();
            fresh.close();
            leftovers.close();
            load.close();
            changes.close();
            guests.close();
            closeQuietly(agent);
            clients.close();
            stopped.countDown();
        }));
        stopped.await();
        return 0;
    }

    private LibvirtHostDriver driver(
            Supplier<Connection> libvirt,
            LiveMigration migration,
            VmmHandover handover,
            HandOvers handOvers,
            PayloadCache payloads,
            HotPatches patches,
            Manifests manifests) {
        Moves moves = new Moves(migration, RunCommand::daemonAt, state.resolve("learned-moves.json"));
        Restarts restarts = new Restarts(state.resolve("stops"), libvirt);
        Redeployments redeployments = new Redeployments(
                restarts, Daemons.real(), RunCommand::daemonAt, state.resolve("redeployments"), this::isShared);
        QemuHook hook = new QemuHook(hooks, state);
        try {
            hook.install();
        } catch (IOException e) {
            LOG.warn(
                    "libvirt's hook can't be installed, so VMs could be started while packages are changed: {}",
                    e.toString());
        }
        RunningSoftware software = new RunningSoftware(libvirt);
        Services services = new Services();
        Closing closing = new Closing(hook.mark(), new HookHearing(software, services), new ServicePolicy(SBIN));
        KernelSwitch kernels = new KernelSwitch(state, libvirt, closing, services::reloadVirtualisation);
        try {
            kernels.install();
            Thread.ofPlatform().name("takes up a change of the kernel").start(kernels::takeUp);
        } catch (IOException e) {
            LOG.warn("VMs that were kept while a kernel was replaced can't move here: {}", e.toString());
        }
        PackageUpdates packages = new PackageUpdates(
                state.resolve("packages"), payloads, services, software, () -> living(libvirt, handover), closing);
        return new LibvirtHostDriver(
                moves, packages, manifests::find, restarts, redeployments, handOvers, kernels, patches);
    }

    /** Measures what the VMs write, often enough that a plan and a move find a fresh number; see {@link LoadProbe#FRESH}. */
    private static void measure(LoadProbe loads, Supplier<Connection> libvirt, Runnable measured) {
        try (Connection connection = libvirt.get()) {
            if (!loads.refresh(connection).isEmpty()) {
                measured.run();
            }
        }
    }

    private static String daemonAt(String address) {
        return "qemu+tls://" + address + "/system";
    }

    private boolean isShared(String file) {
        Path path = Path.of(file).normalize();
        return sharedStorage.stream().anyMatch(path::startsWith);
    }

    /** The names of the VMs that have memory to lose here now, also those on their way in; our own probes left out. */
    private static List<String> living(Supplier<Connection> libvirt, VmmHandover handover) {
        List<String> names = new ArrayList<>();
        try (Connection home = libvirt.get();
                Connection aside = handover.aside().orElse(null)) {
            addLiving(home, names);
            if (aside != null) {
                addLiving(aside, names);
            }
        }
        return names;
    }

    private static void addLiving(Connection connection, List<String> names) {
        try (Domains domains = connection.domains()) {
            for (Domain domain : domains) {
                if (!RunningSoftware.isProbe(domain.name()) && domain.isAlive()) {
                    names.add(domain.name());
                }
            }
        }
    }

    private static void closeQuietly(Agent agent) {
        try {
            agent.close();
        } catch (IOException e) {
            LOG.warn("the journal did not close", e);
        }
    }
}
