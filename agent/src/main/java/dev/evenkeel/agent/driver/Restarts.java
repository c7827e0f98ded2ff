package dev.evenkeel.agent.driver;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.libvirt.DomainState;
import dev.evenkeel.agent.libvirt.JobStatistics;
import dev.evenkeel.agent.libvirt.LibvirtError;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks guests to go down and starts VMs. The owner's consent is read from the VM itself just before its guest is asked.
 * Nothing here ever destroys a VM: a guest that stays up stays up.
 */
public final class Restarts {
    private static final Logger LOG = LoggerFactory.getLogger(Restarts.class);

    /** A guest that did not hear the first request may hear the next. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(30);

    /** How long a daemon that does not answer is dialled before nobody can say what became of the guest. */
    private static final Duration DIAL_AGAIN = Duration.ofSeconds(2);

    private final StopRecord.Shelf records;
    private final Supplier<Connection> libvirt;

    /**
     * @param records directory that remembers which guests were asked
     * @param libvirt opens a connection to this host's daemon, closed after use
     */
    public Restarts(Path records, Supplier<Connection> libvirt) {
        this.records = new StopRecord.Shelf(records);
        this.libvirt = libvirt;
    }

    /** Whether the guest was asked already under this order. */
    boolean hasAsked(EffectId id) {
        return records.find(id).isPresent();
    }

    /** When the guest was asked under this order; empty when it was not. */
    Optional<Instant> askedAt(EffectId id) {
        return records.find(id).map(StopRecord::askedAt);
    }

    /**
     * Asks the guest and waits until it is down or the patience is over. A guest that was asked in an agent's former life
     * is only waited for: by now the VM may be wanted up again.
     */
    Outcome stop(EffectId id, Effect.StopVm stop) {
        while (true) {
            StopRecord asked = records.find(id).orElse(null);
            try (Connection connection = libvirt.get()) {
                return stop(connection, id, stop, asked);
            } catch (LibvirtException e) {
                LOG.warn("libvirt does not answer about VM {}: {}", stop.vm(), e.getMessage());
                if (asked == null) {
                    asked = records.find(id).orElse(null);
                }
                if (asked == null) {
                    return failed("STOP_FAILED", "VM " + stop.vm() + " can't be asked to shut down: " + e.getMessage());
                }
                if (Instant.now().isAfter(asked.askedAt().plus(stop.patience()))) {
                    return new Outcome.Unknown(Refusal.of(
                            "HOST_UNSEEN",
                            "VM " + stop.vm() + " was asked to shut down and libvirt does not say what became of it: "
                                    + e.getMessage()));
                }
                pause();
            }
        }
    }

    private Outcome stop(Connection connection, EffectId id, Effect.StopVm stop, @Nullable StopRecord before) {
        Semaphore happened = new Semaphore(0);
        UUID vm = UUID.fromString(stop.vm().value());
        try (Domain domain = connection.domain(vm).orElse(null);
                Listening events = new Listening(connection.listen(event -> {
                    if (event.id().equals(vm)) {
                        happened.release();
                    }
                }))) {
            LOG.debug("listening to VM {}: {}", vm, events);
            StopRecord asked = before;
            if (asked == null) {
                Refusal no = refusal(domain, stop);
                if (no != null || domain == null) {
                    return new Outcome.Failed(no == null ? gone(stop.vm()) : no, Aftermath.UNCHANGED, false);
                }
                asked = new StopRecord(Instant.now(), domain.life().orElse(-1));
                records.keep(id, asked);
            }
            while (true) {
                Outcome ended = ended(domain, stop, asked);
                if (ended != null || domain == null) {
                    return ended == null ? lost(stop.vm()) : ended;
                }
                if (before == null) {
                    ask(domain);
                }
                Instant next = Instant.now().plus(ASK_AGAIN);
                Instant end = asked.askedAt().plus(stop.patience());
                awaitDown(domain, happened, next.isBefore(end) ? next : end);
            }
        }
    }

    /** What became of a guest that was asked; null while it may still go down in time. */
    private static @Nullable Outcome ended(@Nullable Domain domain, Effect.StopVm stop, StopRecord asked) {
        if (domain == null) {
            return lost(stop.vm());
        }
        DomainState state = domain.state();
        OptionalInt life = domain.life();
        if (state.isActive() && life.isPresent() && life.getAsInt() != asked.life()) {
            return failed("STARTED_BY_HAND", "VM " + domain.name() + " went down and was started again by other hands");
        }
        if (state.isActive()) {
            return Instant.now().isBefore(asked.askedAt().plus(stop.patience()))
                    ? null
                    : new Outcome.Failed(
                            Refusal.of(
                                    "DID_NOT_STOP",
                                    "the guest of VM " + domain.name() + " is still up "
                                            + stop.patience().toSeconds()
                                            + " s after it was asked to shut down; it is left running"),
                            Aftermath.CHANGED,
                            false);
        }
        if (state.hasMigratedAway()) {
            return lost(stop.vm());
        }
        return state.wasStoppedByHand() ? notRunning(domain.name()) : new Outcome.Stopped(asked.askedAt());
    }

    /** Why the guest is not asked at all, or null. */
    private static @Nullable Refusal refusal(@Nullable Domain domain, Effect.StopVm stop) {
        if (domain == null) {
            return gone(stop.vm());
        }
        String name = domain.name();
        DomainState state = domain.state();
        if (!state.isActive()) {
            return Refusal.of("NOT_RUNNING", "VM " + name + " does not run; its owner was there first");
        }
        if (!state.isRunning()) {
            return Refusal.of("VM_PAUSED", "VM " + name + " is paused and can't shut down; resume it or shut it off");
        }
        if (!domain.isPersistent()) {
            return Refusal.of(
                    "NOT_PERSISTENT", "VM " + name + " would be forgotten when it stops; define it (virsh define)");
        }
        Intent metadata = DomainDescription.parse(domain.xml()).owner().intent();
        Intent counts = stop.said() == null ? metadata : stop.said().over(metadata);
        if (stop.agreed() == null && counts.restart() != Intent.Restart.CONSENT) {
            return Refusal.of("NO_CONSENT", "the owner of VM " + name + " does not agree to a restart any more");
        }
        return isBusy(domain)
                ? Refusal.of("BUSY", "VM " + name + " is being moved or saved by other hands; try again afterwards")
                : null;
    }

    private static boolean isBusy(Domain domain) {
        try {
            return domain.job().phase() != JobStatistics.Phase.NONE;
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.NO_SUPPORT) {
                return false; // a driver without jobs
            }
            throw e;
        }
    }

    /** Asked once more, a guest that has just gone down makes libvirt complain, which is no trouble. */
    private static void ask(Domain domain) {
        try {
            domain.shutDown();
        } catch (LibvirtException e) {
            if (domain.state().isActive()) {
                LOG.warn("VM {} did not hear that it is to shut down: {}", domain.name(), e.getMessage());
            }
        }
    }

    private static void awaitDown(Domain domain, Semaphore happened, Instant until) {
        try {
            while (domain.state().isActive()) {
                long millis = Duration.between(Instant.now(), until).toMillis();
                if (millis <= 0 || !happened.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the agent stops");
        }
    }

    /** Before a daemon that did not answer is dialled again. */
    static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(DIAL_AGAIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the agent stops");
        }
    }

    /** What became of a stop that the agent's death cut off: libvirt and the record know. */
    Probe probe(EffectId id, Effect.StopVm stop) {
        StopRecord asked = records.find(id).orElse(null);
        if (asked == null) {
            return new Probe.NotStarted();
        }
        try (Connection connection = libvirt.get();
                Domain domain =
                        connection.domain(UUID.fromString(stop.vm().value())).orElse(null)) {
            Outcome ended = ended(domain, stop, asked);
            return ended == null ? new Probe.Running() : new Probe.Ended(ended);
        } catch (LibvirtException e) {
            return new Probe.Unknown(Refusal.of("HOST_UNSEEN", "libvirt does not answer: " + e.getMessage()));
        }
    }

    /** Whether a start that was cut off is still to be done. */
    Probe probe(VmId vm) {
        try (Connection connection = libvirt.get();
                Domain domain = connection.domain(UUID.fromString(vm.value())).orElse(null)) {
            return domain != null && domain.state().isActive()
                    ? new Probe.Ended(new Outcome.Started(Instant.now(), true))
                    : new Probe.NotStarted();
        } catch (LibvirtException e) {
            return new Probe.Unknown(
                    Refusal.of("HOST_UNSEEN", "whether VM " + vm + " was started can't be seen: " + e.getMessage()));
        }
    }

    Outcome start(VmId vm) {
        try (Connection connection = libvirt.get();
                Domain domain = connection.domain(UUID.fromString(vm.value())).orElse(null)) {
            if (domain == null) {
                return new Outcome.Failed(
                        Refusal.of("NO_SUCH_VM", "VM " + vm + " is not defined on this host any more"),
                        Aftermath.VM_DEAD,
                        false);
            }
            DomainState state = domain.state();
            if (state.wasStoppedByHand()) {
                return failed("STOPPED_BY_OWNER", "VM " + domain.name() + " was stopped by other hands and stays down");
            }
            boolean already = state.isActive();
            if (!already) {
                domain.start();
            }
            return new Outcome.Started(Instant.now(), already);
        } catch (LibvirtException e) {
            return new Outcome.Failed(
                    Refusal.of("START_FAILED", "VM " + vm + " can't be started: " + e.getMessage()),
                    Aftermath.VM_DEAD,
                    true);
        }
    }

    private static Refusal gone(VmId vm) {
        return Refusal.of("NOT_RUNNING", "VM " + vm + " is not on this host any more");
    }

    private static Outcome notRunning(String name) {
        return failed("NOT_RUNNING", "VM " + name + " was stopped by other hands while it was asked to shut down");
    }

    private static Outcome lost(VmId vm) {
        return new Outcome.Unknown(Refusal.of(
                "VM_LEFT", "VM " + vm + " left this host by other hands after it was asked to shut down; look for it"));
    }

    private static Outcome failed(String code, String why) {
        return new Outcome.Failed(Refusal.of(code, why), Aftermath.UNCHANGED, false);
    }

    /** An end of listening that throws nothing checked. */
    private record Listening(AutoCloseable handle) implements AutoCloseable {
        @Override
        public void close() {
            try {
                handle.close();
            } catch (Exception e) {
                LOG.debug("listening could not be ended", e);
            }
        }
    }
}
