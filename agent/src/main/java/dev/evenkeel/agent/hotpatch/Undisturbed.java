package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainState;
import dev.evenkeel.agent.libvirt.Domains;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.migrate.GuestClock;
import dev.evenkeel.agent.packages.RunningSoftware;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether VMs ran on while something was done beneath them: how far each guest's clock fell behind the host's meanwhile, which is
 * how long it stood still.
 */
final class Undisturbed {
    private static final Logger LOG = LoggerFactory.getLogger(Undisturbed.class);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final Supplier<Connection> libvirt;
    private final Map<UUID, Optional<GuestClock.Reading>> before = new LinkedHashMap<>();
    private final long began = System.nanoTime();

    private Undisturbed(Supplier<Connection> libvirt) {
        this.libvirt = libvirt;
    }

    /** Looks at the VMs that run now. A daemon that does not answer is no reason not to go on: nobody is seen then. */
    static Undisturbed watch(Supplier<Connection> libvirt) {
        Undisturbed all = new Undisturbed(libvirt);
        try (Connection connection = libvirt.get();
                Domains domains = connection.domains()) {
            for (Domain domain : domains) {
                if (domain.state().isRunning() && !RunningSoftware.isProbe(domain.name())) {
                    all.before.put(domain.id(), GuestClock.look(domain, ANSWER));
                }
            }
        } catch (LibvirtException e) {
            LOG.warn("which VMs run on can't be seen: {}", e.getMessage());
        }
        return all;
    }

    /** Those that still run, and how long each stood still; zero where its clock tells of nothing, or can't be read. */
    List<Outcome.Stood> seen() {
        List<Outcome.Stood> all = new ArrayList<>();
        if (before.isEmpty()) {
            return all;
        }
        try (Connection connection = libvirt.get()) {
            before.forEach((id, reading) -> look(connection, id, reading).ifPresent(all::add));
        } catch (LibvirtException e) {
            LOG.warn("which VMs ran on can't be seen: {}", e.getMessage());
        }
        return all;
    }

    private Optional<Outcome.Stood> look(Connection connection, UUID id, Optional<GuestClock.Reading> reading) {
        try (Domain domain = connection.domain(id).orElse(null)) {
            DomainState state = domain == null ? null : domain.state();
            if (domain == null || state == null || !state.isRunning()) {
                boolean onPurpose = state == null // an undefined one leaves nothing, whoever ended it
                        || state.isActive()
                        || state.wasShutOffOnPurpose()
                        || state.wasStoppedByHand()
                        || state.hasMigratedAway();
                return onPurpose ? Optional.empty() : Optional.of(died(id));
            }
            Optional<GuestClock.Reading> after =
                    reading.isPresent() ? GuestClock.look(domain, ANSWER) : Optional.empty();
            Duration stop = after.isPresent() ? behind(reading.orElseThrow(), after.get()) : Duration.ZERO;
            Duration total = Duration.ofNanos(System.nanoTime() - began);
            return Optional.of(new Outcome.Stood(new VmId(id.toString()), stop, total, null, null, null));
        }
    }

    private Outcome.Stood died(UUID id) {
        Duration total = Duration.ofNanos(System.nanoTime() - began);
        Refusal why =
                Refusal.of("VM_DIED", "VM " + id + " ended by itself while its host was patched; see its log there");
        return new Outcome.Stood(new VmId(id.toString()), total, total, null, null, why);
    }

    /** What is within the two readings' own error is nothing. */
    static Duration behind(GuestClock.Reading before, GuestClock.Reading after) {
        long behind = before.skewNanos() - after.skewNanos();
        return behind > before.oneWayNanos() + after.oneWayNanos() ? Duration.ofNanos(behind) : Duration.ZERO;
    }
}
