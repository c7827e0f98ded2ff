package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.libvirt.Ties;
import dev.evenkeel.agent.migrate.GuestClock;
import dev.evenkeel.agent.migrate.Settlement.Verdict;
import dev.evenkeel.agent.preserve.HandoverOrder.Side;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
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
    private static final int TRIES = 3;

    /** Where the operator's daemon notes the processes of its VMs. */
    public static final Path HOME_RUN = Path.of("/run/libvirt/qemu");

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

    /**
     * Hands one VM over; one that is on its way, because it was set aside or an earlier life of this agent left it there, is first
     * taken to where it can go on.
     *
     * @param aside leave it with the second daemon, until it is handed over the next time
     * @param maxPause a hop whose pause lasts longer is given up, and the old process goes on
     * @param noted is told of a VM that has arrived, before the last trace of its way is removed
     */
    public HandoverResult hand(VmId vm, boolean aside, Duration maxPause, Consumer<HandoverResult.Done> noted) {
        Way way = new Way(vm, aside, maxPause, noted, System.nanoTime());
        return HandoverOrder.find(orders, way.id())
                .flatMap(left -> takeUp(way, left))
                .orElseGet(() -> begin(way));
    }

    /** Removes the last trace of the way of a VM that has arrived, when an earlier life of this agent did not come to it. */
    public void clear(VmId vm, boolean aside) {
        if (!aside) {
            HandoverOrder.find(orders, UUID.fromString(vm.value())).ifPresent(HandoverOrder::end);
        }
    }

    /** Whether a VM of the operator's daemon runs the program that is installed; false when that can't be told. */
    public boolean isCurrent(VmId vm) {
        try (Connection connection = home.get();
                Domain domain = connection.domain(UUID.fromString(vm.value())).orElse(null)) {
            return domain != null && VmmBinary.isInstalled(VmmBinary.processOf(HOME_RUN, domain.name()));
        } catch (IOException | LibvirtException e) {
            LOG.debug("what runs VM {} can't be told: {}", vm, e.getMessage());
            return false;
        }
    }

    /** The second daemon, where it runs. */
    public Optional<Connection> aside() {
        return second.connect();
    }

    /** Where the second daemon notes the processes of its VMs. */
    public Path asideRun() {
        return second.run();
    }

    /** Whether a hand-over of a VM was begun and is not over, or left it aside. */
    public boolean isUnderWay(VmId vm) {
        return HandoverOrder.find(orders, UUID.fromString(vm.value())).isPresent();
    }

    /** One order: the VM, where it is to end, and when the order came. */
    private record Way(VmId vm, boolean aside, Duration maxPause, Consumer<HandoverResult.Done> noted, long began) {
        UUID id() {
            return UUID.fromString(vm.value());
        }
    }

    /** Empty when the VM is back in its old process, so that the hand-over begins anew. */
    private Optional<HandoverResult> takeUp(Way way, HandoverOrder left) {
        Optional<Side> to = left.side();
        if (to.isEmpty()) {
            left.end();
            return Optional.empty();
        }
        Hop.Outcome found = new Hop(way.id(), left, to.get(), way.maxPause(), home, second, calls).takeUp();
        LOG.info("VM {} was on its way to {}: {}", way.vm(), to.get(), found.verdict());
        boolean isSecond = to.get() == Side.SECOND;
        return switch (found.verdict()) {
            case Verdict.Moved m when isSecond -> Optional.of(arrivedAside(way, left, Optional.empty(), Duration.ZERO));
            case Verdict.Moved m -> Optional.of(done(way, left, Optional.empty(), Duration.ZERO));
            case Verdict.Stayed s
            when isSecond -> {
                left.end();
                yield Optional.empty();
            }
            case Verdict.Stayed s -> Optional.of(arrivedAside(way, left, Optional.empty(), Duration.ZERO));
            case Verdict.ShutOff o -> Optional.of(shutOff(way.vm(), left));
            case Verdict.Dead d -> Optional.of(dead(way.vm(), left));
            case Verdict.Broken _, Verdict.Lost _, Verdict.Unsettled _, Verdict.HandsOff _ ->
                Optional.of(unknown(way.vm(), found));
        };
    }

    private HandoverResult begin(Way way) {
        VmId vm = way.vm();
        HandoverOrder order;
        Optional<GuestClock.Reading> before;
        try (Connection connection = home.get();
                Domain domain = connection.domain(way.id()).orElse(null)) {
            if (domain == null || !domain.state().isRunning()) {
                return new HandoverResult.Refused(refusal(vm, "NOT_RUNNING", "the VM does not run on this host", ""));
            }
            List<Refusal> ties = Ties.of(domain.name(), domain.xml());
            if (!ties.isEmpty()) {
                return new HandoverResult.Refused(ties.getFirst());
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
            order = HandoverOrder.begin(orders, way.id(), memory);
        } catch (LibvirtException | IOException | UncheckedIOException e) {
            return new HandoverResult.Refused(refusal(
                    vm,
                    "NOT_PREPARED",
                    "this host could not be made ready for the hand-over; the VM was not touched",
                    String.valueOf(e.getMessage())));
        }
        Hop.Outcome out = hop(way, order, Side.SECOND);
        return switch (out.verdict()) {
            case Verdict.Moved m -> arrivedAside(way, order, before, out.accounted());
            case Verdict.Stayed s -> {
                order.end();
                yield new HandoverResult.Failed(
                        refusal(vm, "HANDOVER_FAILED", "the VM runs on in its old process", out.said()), false);
            }
            case Verdict.ShutOff o -> shutOff(vm, order);
            case Verdict.Dead d -> dead(vm, order);
            case Verdict.Broken _, Verdict.Lost _, Verdict.Unsettled _, Verdict.HandsOff _ -> unknown(vm, out);
        };
    }

    /** The second daemon has it. */
    private HandoverResult arrivedAside(
            Way way, HandoverOrder order, Optional<GuestClock.Reading> before, Duration accounted) {
        if (way.aside()) {
            return measured(way, second::open, before, accounted);
        }
        Optional<GuestClock.Reading> since = before.or(() -> clock(way, second::open));
        Duration sum = accounted;
        int tries = TRIES;
        while (true) {
            tries--;
            Hop.Outcome back = hop(way, order, Side.HOME);
            sum = sum.plus(back.accounted());
            switch (back.verdict()) {
                case Verdict.Moved m -> {
                    return done(way, order, since, sum);
                }
                case Verdict.Stayed s -> {
                    if (tries == 0) {
                        return unknown(way.vm(), back);
                    }
                    LOG.warn("VM {} did not come back yet: {}", way.vm(), back.said());
                }
                case Verdict.ShutOff o -> {
                    return shutOff(way.vm(), order);
                }
                case Verdict.Dead d -> {
                    return dead(way.vm(), order);
                }
                case Verdict.Broken _, Verdict.Lost _, Verdict.Unsettled _, Verdict.HandsOff _ -> {
                    return unknown(way.vm(), back);
                }
            }
        }
    }

    private Hop.Outcome hop(Way way, HandoverOrder order, Side to) {
        return new Hop(way.id(), order, to, way.maxPause(), home, second, calls).go();
    }

    private HandoverResult done(Way way, HandoverOrder order, Optional<GuestClock.Reading> before, Duration accounted) {
        HandoverResult.Done done = measured(way, home, before, accounted);
        order.end();
        return done;
    }

    private HandoverResult.Done measured(
            Way way, Supplier<Connection> where, Optional<GuestClock.Reading> before, Duration accounted) {
        Optional<GuestClock.Set> set = Optional.empty();
        try (Connection connection = where.get();
                Domain domain = connection.domain(way.id()).orElse(null)) {
            if (domain != null && GuestClock.set(domain, AGENT_PATIENCE) instanceof GuestClock.Set now) {
                set = Optional.of(now);
            }
        } catch (LibvirtException e) {
            LOG.info("VM {}: its clock was not looked at: {}", way.vm(), e.getMessage());
        }
        Optional<GuestClock.Reading> found = set.map(GuestClock.Set::before);
        HandoverResult.Done done = new HandoverResult.Done(
                before.flatMap(b -> found.flatMap(b::stopUntil)),
                accounted,
                Duration.ofNanos(System.nanoTime() - way.began()),
                found.map(GuestClock.Reading::skew),
                set.map(s -> s.after().skew()));
        way.noted().accept(done);
        return done;
    }

    private static Optional<GuestClock.Reading> clock(Way way, Supplier<Connection> where) {
        try (Connection connection = where.get();
                Domain domain = connection.domain(way.id()).orElse(null)) {
            return domain == null ? Optional.empty() : GuestClock.look(domain, AGENT_PATIENCE);
        } catch (LibvirtException e) {
            return Optional.empty();
        }
    }

    /** Ends the second daemon, unless a VM is still in it. */
    @Override
    public void close() {
        second.stop();
    }

    private static HandoverResult shutOff(VmId vm, HandoverOrder order) {
        order.end();
        return new HandoverResult.Failed(
                refusal(vm, "SHUT_OFF", "its guest or a person shut the VM off while it was handed over", ""), false);
    }

    private static HandoverResult dead(VmId vm, HandoverOrder order) {
        order.end();
        return new HandoverResult.Failed(
                refusal(vm, "VM_DIED", "the VM died while it was handed over; see its log on the host", ""), true);
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
