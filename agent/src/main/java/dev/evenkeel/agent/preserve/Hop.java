package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainEvent;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.libvirt.MigrationOptions;
import dev.evenkeel.agent.libvirt.MigrationOptions.Flag;
import dev.evenkeel.agent.libvirt.SecondMonitor;
import dev.evenkeel.agent.migrate.Daemons;
import dev.evenkeel.agent.migrate.Ends;
import dev.evenkeel.agent.migrate.Settlement.Verdict;
import dev.evenkeel.agent.migrate.Whereabouts;
import dev.evenkeel.agent.preserve.HandoverOrder.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One hop of a VM from one of this host's daemons to the other, into a new process that shares its memory. */
final class Hop {
    private static final Logger LOG = LoggerFactory.getLogger(Hop.class);

    /** Where QEMU may make a socket under every daemon of every host, should the operator migrate the VM later. */
    private static final Path QEMU_DIRECTORY = Path.of("/var/lib/libvirt/qemu");

    /** A hop takes a second or two; one that takes this long hangs, the VM standing still or not. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /** What libvirt is given to give a hop up by itself; the VM may stand still meanwhile. */
    static final Duration CHANCE = Duration.ofMillis(500);

    private final UUID vm;
    private final HandoverOrder order;
    private final Side to;
    private final Path run;
    private final Duration maxPause;
    private final String uri;
    private final Ends ends;
    private final BlockingCalls calls;

    /** @param maxPause how long the VM may stand still before the hop is given up */
    Hop(
            UUID vm,
            HandoverOrder order,
            Side to,
            Duration maxPause,
            Supplier<Connection> home,
            SecondDaemon second,
            BlockingCalls calls) {
        this.vm = vm;
        this.order = order;
        this.to = to;
        this.run = to == Side.SECOND ? second.run() : VmmHandover.HOME_RUN;
        this.maxPause = maxPause;
        this.calls = calls;
        this.uri = to == Side.SECOND ? second.uri() : second.homeUri();
        Daemons daemons = new Daemons() {
            @Override
            public Connection local() {
                return to == Side.SECOND ? home.get() : second.open();
            }

            @Override
            public Connection at(String destination) {
                return to == Side.SECOND ? second.open() : home.get();
            }
        };
        this.ends = new Ends(vm, daemons, uri, calls);
    }

    /**
     * How it ended.
     *
     * @param accounted the stop by QEMU's own account
     * @param said what daemons and QEMU said when it failed, and where the VM is
     */
    record Outcome(Verdict verdict, Duration accounted, String said) {}

    Outcome go() {
        try (ends) {
            String failure = "";
            try {
                send();
            } catch (LibvirtException | IOException e) {
                failure = String.valueOf(e.getMessage());
            }
            return settle(failure);
        }
    }

    /** Finds out what became of one that an earlier life of this agent began. */
    Outcome takeUp() {
        order.notTold();
        try (ends) {
            return settle("");
        }
    }

    private void send() throws IOException {
        try (Domain domain = ends.source().domain(vm).orElseThrow()) {
            ends.destination();
            Path sockets = order.sockets();
            // a socket's path has at most 107 bytes
            Path monitor =
                    to == Side.SECOND ? sockets.resolve("qmp") : QEMU_DIRECTORY.resolve("evenkeel-" + vm + ".qmp");
            Path stream = sockets.resolve("stream");
            Files.deleteIfExists(monitor);
            Files.deleteIfExists(stream);
            order.next(to);
            domain.monitor(IncomingMonitor.ignoreShared(true));
            String document = SecondMonitor.in(domain.migratableXml(), monitor);
            String name = domain.name();
            Instant begun = Instant.now();
            IncomingMonitor incoming = new IncomingMonitor(
                    monitor, order, Devices.of(SharedMemory.monitor(domain)), () -> overdue(name, begun), this::abort);
            try (incoming) {
                domain.migrate(uri, options(document, stream));
            } catch (LibvirtException e) {
                throw new IOException(
                        e.getMessage() + (incoming.trouble().isEmpty() ? "" : "; " + incoming.trouble()), e);
            } finally {
                Files.deleteIfExists(monitor); // nobody else is to speak to it
                Files.deleteIfExists(stream);
            }
        }
    }

    /** The new process, once its VM has stood still too long, or the hop has come to nothing for too long. */
    private Optional<Long> overdue(String name, Instant begun) {
        Instant late = Instant.now().minus(maxPause);
        boolean hangs = begun.plus(LONGEST).isBefore(Instant.now());
        boolean isLate = hangs
                || ends.heardAtSource().stream()
                        .anyMatch(event -> event instanceof DomainEvent.LifecycleChanged stopped
                                && stopped.change() == DomainEvent.Change.SUSPENDED
                                && stopped.at().isBefore(late));
        try {
            return isLate ? Optional.of(VmmBinary.processOf(run, name)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }

    /** Libvirt then has the old process go on, if that has not sent everything yet, and ends the new one. */
    private void abort() {
        try {
            calls.call("aborting the hop of VM " + vm, CHANCE, () -> {
                try (Domain domain = ends.source().domain(vm).orElseThrow()) {
                    domain.abortJob();
                    return true;
                }
            });
        } catch (LibvirtException e) {
            LOG.info("VM {}: the hop to {} can't be aborted: {}", vm, to, e.getMessage());
        }
    }

    private static MigrationOptions options(String document, Path stream) {
        return MigrationOptions.builder()
                .flag(Flag.LIVE)
                .flag(Flag.PEER_TO_PEER)
                .flag(Flag.UNSAFE) // it is the same host, and so the same disks
                .dataUri("unix://" + stream)
                .destinationXml(document)
                .build();
    }

    private Outcome settle(String failure) {
        Whereabouts whereabouts = new Whereabouts(ends, false);
        while (true) {
            Verdict verdict = whereabouts.await();
            LOG.debug("VM {} to {}: {} {}", vm, to, verdict, failure);
            boolean settled = switch (verdict) {
                case Verdict.Moved moved -> !moved.destroySource() || destroyed(whereabouts, verdict, ends.source());
                case Verdict.Stayed stayed -> stay(whereabouts, stayed);
                case Verdict.ShutOff _,
                        Verdict.Dead _,
                        Verdict.Broken _,
                        Verdict.Lost _,
                        Verdict.Unsettled _,
                        Verdict.HandsOff _ -> true;
            };
            if (settled) {
                String seen = "on the way to " + uri + ": " + whereabouts.inWords();
                String said = failure.isEmpty() ? seen : failure + "; " + seen;
                return new Outcome(verdict, finish(verdict), said);
            }
        }
    }

    /** @return false when it has to be looked at again */
    private boolean stay(Whereabouts whereabouts, Verdict.Stayed stayed) {
        if (stayed.destroyDestination() && !destroyed(whereabouts, stayed, ends.destination())) {
            return false;
        }
        if (stayed.resumeSource() && ends.lookAtDestination().isGone()) {
            try (Domain domain = ends.source().domain(vm).orElseThrow()) {
                domain.resume();
            } catch (LibvirtException e) {
                LOG.info("VM {}: {}", vm, e.getMessage());
                return false;
            }
        }
        return true;
    }

    /** Ends a process that no longer, or never, was the VM, if it still is what it was a moment ago. */
    private boolean destroyed(Whereabouts whereabouts, Verdict verdict, Connection where) {
        try (Domain leftover = where.domain(vm).orElse(null)) {
            if (leftover != null && whereabouts.look().equals(verdict)) {
                leftover.destroy();
            }
            return true;
        } catch (LibvirtException e) {
            LOG.info("VM {}: clearing what is left over: {}", vm, e.getMessage());
            return false;
        }
    }

    /** A VMM that leaves shared memory out of a stream would leave it out of the operator's next save, too. */
    private Duration finish(Verdict verdict) {
        boolean moved = verdict instanceof Verdict.Moved;
        if (!moved && !(verdict instanceof Verdict.Stayed)) {
            return Duration.ZERO;
        }
        try (Domain domain =
                (moved ? ends.destination() : ends.source()).domain(vm).orElse(null)) {
            if (domain == null) {
                return Duration.ZERO;
            }
            domain.monitor(IncomingMonitor.ignoreShared(false));
            return moved ? domain.completedJob().downtime().orElse(Duration.ZERO) : Duration.ZERO;
        } catch (LibvirtException e) {
            LOG.warn("VM {}: x-ignore-shared may still be set: {}", vm, e.getMessage());
            return Duration.ZERO;
        }
    }
}
