package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.migrate.GuestClock;
import dev.evenkeel.agent.packages.Command;
import dev.evenkeel.agent.packages.Waiting;
import dev.evenkeel.core.engine.Outcome.Stood;
import dev.evenkeel.core.fleet.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings VMs that stand still back, in whatever kernel runs now, and finds out how long they stood. */
final class Resumption {
    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);
    private static final Duration DAEMON_PATIENCE = Duration.ofMinutes(2);
    private static final Duration SAVE_PATIENCE = Duration.ofMinutes(2);
    /** For one answer of a guest's agent. */
    private static final Duration AGENT_PATIENCE = Duration.ofSeconds(60);

    /** For a guest's agent that answered before the VM stood still, or has its channel open: on a host that has just booted, all guests want the CPUs at once. */
    private static final Duration AGENT_COMES_BACK = Duration.ofMinutes(3);

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int TRIES = 3;

    private final Supplier<Connection> libvirt;
    private final Path script;

    /** @param script restores what stands still; the host has run it, or is running it, when it booted */
    Resumption(Supplier<Connection> libvirt, Path script) {
        this.libvirt = libvirt;
        this.script = script;
    }

    /**
     * What became of them.
     *
     * @param stood those that stood still, and run again or are dead
     * @param waiting why some stand still yet, or null when none does
     */
    record Result(List<Stood> stood, @Nullable Refusal waiting) {}

    Result resume(KernelNote note, Path kept) throws IOException {
        if (!Waiting.until(DAEMON_PATIENCE, this::answers)) {
            return new Result(
                    List.of(),
                    Refusal.of("VMS_STAND_STILL", "VMs stand still, and libvirt on this host does not answer"));
        }
        try (Connection connection = libvirt.get()) {
            for (KernelNote.Kept vm : note.vms()) {
                adopt(connection, KeptVm.of(kept, id(vm)));
            }
            for (int tries = TRIES; tries > 0 && KeptVm.in(kept).stream().anyMatch(KeptVm::waits); tries--) {
                Command.Result ran = Command.run(LIMIT, Map.of(), List.of("sh", script.toString()));
                LOG.info("resuming VMs: {}", ran.tail());
            }
            if (!KernelNote.thisBoot().equals(note.boot())) {
                HardwareClock.restore(note.ahead()); // the guests' are set by it
            }
            List<Stood> stood = new ArrayList<>();
            Refusal waiting = null;
            for (KernelNote.Kept vm : note.vms()) {
                KeptVm files = KeptVm.of(kept, id(vm));
                if (files.waits()) {
                    waiting = stillWaits(vm, files, waiting);
                } else {
                    look(connection, note, vm, files).ifPresent(stood::add);
                }
            }
            return new Result(stood, waiting);
        }
    }

    private boolean answers() {
        try (Connection connection = libvirt.get()) {
            return connection.isAlive();
        } catch (LibvirtException e) {
            return false;
        }
    }

    /** A save that outlived the agent that had ordered it: libvirt finishes it, or lets the VM run on. */
    private static void adopt(Connection connection, KeptVm vm) throws IOException {
        if (!vm.isHalfSaved()) {
            return;
        }
        Waiting.until(SAVE_PATIENCE, () -> {
            try (Domain domain = connection.domain(vm.id()).orElse(null)) {
                return domain == null || !domain.isAlive() || domain.state().isRunning();
            }
        });
        try (Domain domain = connection.domain(vm.id()).orElse(null)) {
            if (domain != null && domain.isAlive()) {
                domain.monitor(IncomingMonitor.ignoreShared(false));
            } else {
                vm.adopt();
            }
        }
    }

    private static Refusal stillWaits(KernelNote.Kept vm, KeptVm files, @Nullable Refusal others) throws IOException {
        Refusal all = others != null
                ? others
                : Refusal.of(
                        "VMS_STAND_STILL",
                        "VMs stand still on this host because they could not be restored; their memory and state are kept in "
                                + files.directory().getParent()
                                + "; put right what libvirt says, and they are tried again");
        return all.with(vm.name(), files.trouble().orElse("it was not tried"));
    }

    /** Empty when it never stood still. */
    private static Optional<Stood> look(Connection connection, KernelNote note, KernelNote.Kept vm, KeptVm files)
            throws IOException {
        try (Domain domain = connection.domain(id(vm)).orElse(null)) {
            Instant until = files.resumedAt().orElseGet(Instant::now);
            Duration byHost = Duration.between(vm.stoodAt(), until);
            if (domain == null || !domain.isAlive()) {
                return Optional.of(new Stood(vm.vm(), positive(byHost), total(note), null, null, dead(vm, files)));
            }
            if (!files.isUsed()) {
                return Optional.empty();
            }
            domain.monitor(IncomingMonitor.ignoreShared(false));
            GuestClock clock = clock(domain, vm.skewNanos() != null || isConnected(domain));
            if (clock instanceof GuestClock.NotSet not) {
                LOG.warn("VM {}: its clock was not set: {}", vm.name(), not.why());
            }
            GuestClock.Set set = clock instanceof GuestClock.Set now ? now : null;
            Optional<Duration> byGuest = set == null || vm.skewNanos() == null
                    ? Optional.empty()
                    : new GuestClock.Reading(vm.skewNanos(), vm.oneWayNanos()).stopUntil(set.before());
            return Optional.of(new Stood(
                    vm.vm(),
                    positive(byGuest.orElse(byHost)),
                    total(note),
                    set == null ? null : set.before().skew(),
                    set == null ? null : set.after().skew(),
                    null));
        }
    }

    private static boolean isConnected(Domain domain) {
        try {
            return DomainDescription.parse(domain.xml()).agentConnected();
        } catch (LibvirtException e) {
            return false;
        }
    }

    /** libvirt itself gives an agent five seconds to be heard again, and says then that it does not answer. */
    private static GuestClock clock(Domain domain, boolean answers) throws IOException {
        GuestClock[] clock = {GuestClock.set(domain, AGENT_PATIENCE)};
        Waiting.until(answers ? AGENT_COMES_BACK : Duration.ZERO, () -> {
            if (clock[0] instanceof GuestClock.NotSet && domain.isAlive()) {
                clock[0] = GuestClock.set(domain, AGENT_PATIENCE);
            }
            return clock[0] instanceof GuestClock.Set || !domain.isAlive();
        });
        return clock[0];
    }

    private static Refusal dead(KernelNote.Kept vm, KeptVm files) {
        return files.isUsed()
                ? Refusal.of(
                        "VM_DIED", "VM " + vm.name() + " was restored and has ended since; see its log on the host")
                : Refusal.of(
                        "MEMORY_LOST",
                        "VM " + vm.name()
                                + " stood still when its host went down, and its memory or its state is lost");
    }

    private static Duration total(KernelNote note) {
        return positive(Duration.between(note.began(), Instant.now()));
    }

    private static Duration positive(Duration length) {
        return length.isNegative() ? Duration.ZERO : length;
    }

    private static UUID id(KernelNote.Kept vm) {
        return UUID.fromString(vm.vm().value());
    }
}
