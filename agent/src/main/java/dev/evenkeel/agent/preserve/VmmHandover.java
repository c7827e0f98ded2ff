package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.migrate.GuestClock;
import dev.evenkeel.agent.migrate.Settlement.Verdict;
import dev.evenkeel.agent.preserve.HandoverOrder.Side;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands VMs of this host over to new VMM processes while their memory stays where it is: from the operator's daemon to a second one,
 * which starts the installed QEMU, and back, so that the VM ends where {@code virsh} looks for it. Each of the two hops moves only
 * the state of the devices; until the new process has loaded it and runs, the old one can go on, and does when anything fails.
 * Methods block; each VM is handed over by one thread at a time.
 */
public final class VmmHandover implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VmmHandover.class);
    private static final Duration AGENT_PATIENCE = Duration.ofSeconds(2);
    private static final int TRIES_HOME = 3;
    /** Network cards whose other end a second daemon can make as well as the first. */
    private static final Set<String> NICS = Set.of("bridge", "ethernet", "user", "direct");

    private final Path orders;
    private final Supplier<Connection> home;
    private final SecondDaemon second;
    private final BlockingCalls calls;
    private final Reload reload;

    /** Makes the operator's daemon look for hooks again. */
    @FunctionalInterface
    public interface Reload {
        boolean reload() throws IOException;
    }

    /**
     * @param directory of ours, on a filesystem that a reboot empties: {@code /run/evenkeel}
     * @param home opens the operator's daemon
     */
    public VmmHandover(Path directory, Supplier<Connection> home, BlockingCalls calls, Reload reload) {
        this.orders = directory.resolve("handover");
        this.home = home;
        this.second = new SecondDaemon(directory.resolve("second"));
        this.calls = calls;
        this.reload = reload;
    }

    /** Hands one VM over; one that an earlier life of this agent left on its way is first taken to where it can go on. */
    public HandoverResult hand(VmId vm) {
        long began = System.nanoTime();
        UUID id = UUID.fromString(vm.value());
        return HandoverOrder.find(orders, id)
                .flatMap(left -> takeUp(vm, left, began))
                .orElseGet(() -> hand(vm, id, began));
    }

    /** Empty when the VM is back in its old process, so that the hand-over begins anew. */
    private Optional<HandoverResult> takeUp(VmId vm, HandoverOrder left, long began) {
        UUID id = UUID.fromString(vm.value());
        Optional<Side> to = left.side();
        if (to.isEmpty()) {
            left.end();
            return Optional.empty();
        }
        Hop.Outcome found = new Hop(id, left, to.get(), home, second, calls).takeUp();
        LOG.info("VM {} was on its way to {} when the agent stopped: {}", vm, to.get(), found.verdict());
        boolean isSecond = to.get() == Side.SECOND;
        return switch (found.verdict()) {
            case Verdict.Moved m
            when isSecond -> Optional.of(returnHome(vm, left, Optional.empty(), Duration.ZERO, began));
            case Verdict.Moved m -> {
                left.end();
                yield Optional.of(done(id, Optional.empty(), Duration.ZERO, began));
            }
            case Verdict.Stayed s
            when isSecond -> {
                left.end();
                yield Optional.empty();
            }
            case Verdict.Stayed s -> Optional.of(returnHome(vm, left, Optional.empty(), Duration.ZERO, began));
            case Verdict.ShutOff o -> Optional.of(shutOff(vm, left));
            case Verdict.Dead _, Verdict.Broken _, Verdict.Lost _, Verdict.Unsettled _, Verdict.HandsOff _ ->
                Optional.of(unknown(vm, found));
        };
    }

    private HandoverResult hand(VmId vm, UUID id, long began) {
        HandoverOrder order;
        Optional<GuestClock.Reading> before;
        try (Connection connection = home.get();
                Domain domain = connection.domain(id).orElse(null)) {
            if (domain == null || !domain.state().isRunning()) {
                return new HandoverResult.Refused(refusal(vm, "NOT_RUNNING", "the VM does not run on this host", ""));
            }
            Optional<Refusal> obstacle = obstacle(vm, domain);
            if (obstacle.isPresent()) {
                return new HandoverResult.Refused(obstacle.get());
            }
            SharedMemory memory = SharedMemory.of(domain);
            if (memory.refusal().isPresent()) {
                return new HandoverResult.Refused(memory.refusal().get());
            }
            if (Hook.install(SecondDaemon.CONFIGURATION)) {
                reload.reload();
            }
            second.open().close();
            before = GuestClock.look(domain, AGENT_PATIENCE);
            order = HandoverOrder.begin(orders, id, memory);
        } catch (LibvirtException | IOException | UncheckedIOException e) {
            return new HandoverResult.Refused(refusal(
                    vm,
                    "NOT_PREPARED",
                    "this host could not be made ready for the hand-over; the VM was not touched",
                    String.valueOf(e.getMessage())));
        }
        Hop.Outcome out = hop(id, order, Side.SECOND);
        return switch (out.verdict()) {
            case Verdict.Moved m -> returnHome(vm, order, before, out.accounted(), began);
            case Verdict.Stayed s -> {
                order.end();
                yield new HandoverResult.Failed(
                        refusal(vm, "HANDOVER_FAILED", "the VM runs on in its old process", out.said()));
            }
            case Verdict.ShutOff o -> shutOff(vm, order);
            case Verdict.Dead _, Verdict.Broken _, Verdict.Lost _, Verdict.Unsettled _, Verdict.HandsOff _ ->
                unknown(vm, out);
        };
    }

    private HandoverResult returnHome(
            VmId vm, HandoverOrder order, Optional<GuestClock.Reading> before, Duration accounted, long began) {
        UUID id = UUID.fromString(vm.value());
        Duration sum = accounted;
        int tries = TRIES_HOME;
        while (true) {
            tries--;
            Hop.Outcome back = hop(id, order, Side.HOME);
            sum = sum.plus(back.accounted());
            switch (back.verdict()) {
                case Verdict.Moved m -> {
                    order.end();
                    return done(id, before, sum, began);
                }
                case Verdict.Stayed s -> {
                    if (tries == 0) {
                        return unknown(vm, back);
                    }
                    LOG.warn("VM {} did not come back yet: {}", vm, back.said());
                }
                case Verdict.ShutOff o -> {
                    return shutOff(vm, order);
                }
                case Verdict.Dead _, Verdict.Broken _, Verdict.Lost _, Verdict.Unsettled _, Verdict.HandsOff _ -> {
                    return unknown(vm, back);
                }
            }
        }
    }

    private Hop.Outcome hop(UUID vm, HandoverOrder order, Side to) {
        return new Hop(vm, order, to, home, second, calls).go();
    }

    private HandoverResult done(UUID vm, Optional<GuestClock.Reading> before, Duration accounted, long began) {
        Optional<Duration> stop = Optional.empty();
        try (Connection connection = home.get();
                Domain domain = connection.domain(vm).orElse(null)) {
            if (domain != null
                    && before.isPresent()
                    && GuestClock.set(domain, AGENT_PATIENCE) instanceof GuestClock.Set set) {
                stop = before.get().stopUntil(set.before());
            }
        } catch (LibvirtException e) {
            LOG.info("VM {}: its clock was not looked at: {}", vm, e.getMessage());
        }
        return new HandoverResult.Done(stop, accounted, Duration.ofNanos(System.nanoTime() - began));
    }

    /** Ends the second daemon, unless a VM is still in it. */
    @Override
    public void close() {
        second.stop();
    }

    private static Optional<Refusal> obstacle(VmId vm, Domain domain) {
        DomainDescription description = DomainDescription.parse(domain.xml());
        if (!description.obstacles().isEmpty()) {
            return Optional.of(
                    refusal(vm, "TIED_TO_PROCESS", "the VM has " + String.join(", ", description.obstacles()), ""));
        }
        return description.nics().stream()
                .filter(nic -> !NICS.contains(nic.type()))
                .findFirst()
                .map(nic -> refusal(
                        vm,
                        "NETWORK_CARD",
                        "the VM has a network card of type " + nic.type()
                                + ", which a second libvirt daemon cannot make; use type bridge",
                        ""));
    }

    private static HandoverResult shutOff(VmId vm, HandoverOrder order) {
        order.end();
        return new HandoverResult.Failed(
                refusal(vm, "SHUT_OFF", "its guest or a person shut the VM off while it was handed over", ""));
    }

    private static HandoverResult unknown(VmId vm, Hop.Outcome out) {
        return new HandoverResult.Unknown(refusal(
                vm,
                "HANDOVER_UNKNOWN",
                "the VM is not where it should be; nothing more was touched; look at both daemons with virsh",
                out.said()));
    }

    private static Refusal refusal(VmId vm, String code, String why, String said) {
        Refusal refusal = Refusal.of(code, why, Map.of("vm", vm.value()));
        return said.isEmpty() ? refusal : refusal.with("daemonSays", said);
    }
}
