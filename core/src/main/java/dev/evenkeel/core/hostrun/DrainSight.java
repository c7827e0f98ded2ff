package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.impact.Ladder;
import dev.evenkeel.core.impact.Restarting;
import dev.evenkeel.core.placement.Placement;
import dev.evenkeel.core.update.UpdateId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The moves of a drain in the light of what is seen on the hosts. Shares its list of moves with the drain. */
final class DrainSight {
    private final HostRun run;
    private final World world;
    private final List<Move> moves;
    private final Predicate<Vm> concerned;

    /** @param concerned the VMs on the host that the run has to do with */
    DrainSight(HostRun run, World world, List<Move> moves, Predicate<Vm> concerned) {
        this.run = run;
        this.world = world;
        this.moves = moves;
        this.concerned = concerned;
    }

    /**
     * VMs whose move may start now, the largest first, as they were placed when the host was chosen.
     *
     * @param free whether nothing else has the VM
     */
    List<Vm> startable(Predicate<Vm> free) {
        return moves.stream()
                .filter(move ->
                        move.status() == Move.Status.PENDING && !world.now().isBefore(move.notBefore()))
                .flatMap(move -> sighting(move.vm()).stream())
                .filter(free)
                .filter(vm -> vm.state().alive() && !arrives(vm) && !siblingMoves(vm))
                .sorted(Comparator.comparing(Vm::memory).reversed().thenComparing(Vm::id))
                .toList();
    }

    /** Paused here while it still runs elsewhere: it is on its way in by other hands, and can't be moved before it is here. */
    private boolean arrives(Vm vm) {
        return vm.state() == VmState.PAUSED
                && world.fleet().sightings(vm.id()).stream()
                        .anyMatch(other -> other.state() == VmState.RUNNING
                                && !other.host().equals(run.host())
                                && world.fleet()
                                        .host(other.host())
                                        .map(Host::reachable)
                                        .orElse(false));
    }

    /**
     * Holds the moves against what is really there: VMs come, go and move by other hands.
     *
     * @return the moves of those that are not there alive any more
     */
    List<Move> reconcile(Instant observedAt) {
        List<Move> left = new ArrayList<>();
        Fleet fleet = world.fleet();
        List<Vm> here = fleet.aliveOn(run.host()).stream().filter(concerned).toList();
        for (Vm vm : here) {
            int at = indexOf(vm.id());
            if (at < 0) {
                moves.add(Move.pending(vm.id(), vm.name(), world.now()));
            } else if ((moves.get(at).status() == Move.Status.MOVED
                            || moves.get(at).status() == Move.Status.GONE)
                    && observedAt.isAfter(moves.get(at).at())) {
                moves.set(at, Move.pending(vm.id(), vm.name(), world.now())); // somebody brought it back
            }
        }
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            boolean waiting = move.status() == Move.Status.PENDING
                    || move.status() == Move.Status.STUCK
                    || move.status() == Move.Status.STAYS;
            if (waiting
                    && observedAt.isAfter(move.at())
                    && here.stream().noneMatch(vm -> vm.id().equals(move.vm()))) {
                Refusal why = Refusal.of(
                        "LEFT",
                        "VM " + move.name() + " left host " + run.host()
                                + ", was shut off or was updated by other hands");
                moves.set(i, move.becomes(Move.Status.GONE, world.now(), why));
                left.add(moves.get(i));
            }
        }
        return left;
    }

    /**
     * What can't be moved at all is found before anything is: then an update's drain moves nothing in vain. Consent to a
     * restart is looked at anew each time, so that it can be withdrawn until the moment it is used.
     */
    void markUnmovable() {
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            if (move.status() == Move.Status.PENDING || move.status() == Move.Status.STAYS) {
                Optional<Vm> vm = sighting(move.vm());
                List<Refusal> never = vm.map(this::unmovable).orElse(List.of());
                if (vm.isPresent() && keepsItsMemory(vm.get())) {
                    stays(i, null);
                } else if (never.isEmpty() && move.status() == Move.Status.STAYS) {
                    moves.set(i, move.waits(world.now(), world.now(), null));
                } else if (!never.isEmpty()) {
                    mark(i, never.getFirst());
                }
            }
        }
    }

    private List<Refusal> unmovable(Vm vm) {
        return run.purpose() instanceof Purpose.Redeploy redeploy
                ? Restarting.unredeployable(vm, redeploy.agreed())
                : Ladder.unmovable(vm);
    }

    /** Nobody touches a VM that is exempt now, also one that has come since; what is under way for one goes on. */
    void markExempt() {
        markStuck(vm -> Exempt.why(run, vm, world));
    }

    /** Nor one that came by other hands when the host was being changed, unless it is on its way home. */
    void markUntold() {
        markStuck(vm -> vm.aside() ? null : Announcing.whyUntold(run, vm, world));
    }

    private void markStuck(Function<Vm, @Nullable Refusal> why) {
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            Refusal no = move.status() == Move.Status.PENDING || move.status() == Move.Status.STAYS
                    ? sighting(move.vm()).map(why).orElse(null)
                    : null;
            if (no != null) {
                moves.set(i, move.becomes(Move.Status.STUCK, world.now(), no));
            }
        }
    }

    private void mark(int at, Refusal never) {
        Move move = moves.get(at);
        Refusal no = mayRestart()
                ? sighting(move.vm()).map(vm -> unstoppable(vm, at)).orElse(null)
                : never;
        if (no != null) {
            moves.set(at, move.becomes(Move.Status.STUCK, world.now(), no));
        } else {
            stays(at, never);
        }
    }

    private void stays(int at, @Nullable Refusal why) {
        Move move = moves.get(at);
        if (move.status() != Move.Status.STAYS) {
            moves.set(at, move.becomes(Move.Status.STAYS, world.now(), why));
        }
    }

    /** Whether it need not leave, because it can keep its memory where it is. */
    private boolean keepsItsMemory(Vm vm) {
        return run.purpose() instanceof Purpose.UpdateHost update
                && run.preserves()
                && world.fleet()
                        .host(run.host())
                        .map(host ->
                                Ladder.unpreservable(update.method(), vm, host, world.fleet(), world.pauses()) == null)
                        .orElse(false);
    }

    private boolean mayRestart() {
        return run.mayRestart();
    }

    /** Why a VM that can't be moved can't be restarted either, or null. */
    private @Nullable Refusal unstoppable(Vm vm, int at) {
        List<Vm> before = moves.subList(0, at).stream()
                .filter(move -> move.status() == Move.Status.STAYS)
                .flatMap(move -> sighting(move.vm()).stream())
                .toList();
        return Restarting.unstoppable(Offering.asAgreed(run, vm), before);
    }

    /** The VMs that are to be restarted, or keep their memory, where they are. */
    List<Vm> staying() {
        return moves.stream()
                .filter(move -> move.status() == Move.Status.STAYS)
                .flatMap(move -> sighting(move.vm()).stream())
                .toList();
    }

    /** Where a VM goes, beside what is under way already. */
    Placement.Answer target(Vm vm) {
        Fleet expected = withMovesUnderWay();
        if (run.purpose() instanceof Purpose.OneVm one && one.to() != null) {
            return Placement.to(one.to(), vm, expected);
        }
        // Where the last try failed is not tried again at once while another host can take the VM.
        HostId failed = failedAt(vm);
        Placement.Answer elsewhere = failed == null
                ? Placement.target(vm, expected, updated())
                : Placement.target(vm, expected.without(failed), updated());
        return failed == null || elsewhere instanceof Placement.Answer.Target
                ? elsewhere
                : Placement.target(vm, expected, updated());
    }

    private @Nullable HostId failedAt(Vm vm) {
        int at = indexOf(vm.id());
        return at < 0 || moves.get(at).why() == null ? null : moves.get(at).to();
    }

    private Predicate<Host> updated() {
        UpdateId wanted = switch (run.purpose()) {
            case Purpose.UpdateHost update -> update.update();
            case Purpose.Redeploy redeploy -> redeploy.update();
            case Purpose.MoveOne m -> null;
            case Purpose.Evacuate e -> null;
        };
        return wanted == null ? host -> false : host -> world.update(wanted).isOn(host.facts());
    }

    /** Whether this run moves another VM of the same availability set just now. */
    private boolean siblingMoves(Vm vm) {
        return vm.availabilitySet() != null
                && moves.stream()
                        .filter(m -> m.open() && !m.vm().equals(vm.id()))
                        .flatMap(m -> world.fleet().vm(m.vm()).stream())
                        .anyMatch(vm::isInOneSetWith);
    }

    private Fleet withMovesUnderWay() {
        Fleet fleet = world.fleet();
        for (Move move : moves) {
            Optional<Vm> vm = sighting(move.vm());
            HostId to = move.to();
            if (move.status() == Move.Status.MOVING && to != null && vm.isPresent() && !seenOn(to, move.vm())) {
                fleet = Placement.after(fleet, vm.get(), to);
            }
        }
        return fleet;
    }

    /** Whether a VM that has died is to be started again: its owner says so, and it runs nowhere else. */
    boolean isToBeRestarted(VmId id) {
        boolean elsewhere = world.fleet().sightings(id).stream()
                .anyMatch(vm -> vm.state() == VmState.RUNNING && !vm.host().equals(run.host()));
        return !elsewhere
                && sighting(id)
                        .map(vm -> vm.intent().onHostFailure() == Intent.OnHostFailure.RESTART)
                        .orElse(false);
    }

    private boolean seenOn(HostId host, VmId id) {
        return world.fleet().aliveOn(host).stream().anyMatch(vm -> vm.id().equals(id));
    }

    Optional<Vm> sighting(VmId id) {
        return world.fleet().vmsOn(run.host()).stream()
                .filter(vm -> vm.id().equals(id))
                .findFirst();
    }

    int indexOf(VmId vm) {
        for (int i = 0; i < moves.size(); i++) {
            if (moves.get(i).vm().equals(vm)) {
                return i;
            }
        }
        return -1;
    }

    /** The move under way by this effect; -1 when there is none. */
    int indexOf(EffectId effect) {
        for (int i = 0; i < moves.size(); i++) {
            if (moves.get(i).open() && effect.equals(moves.get(i).effect())) {
                return i;
            }
        }
        return -1;
    }

    /** What a move disturbs: the VM, and its availability set, of which one VM at a time is disturbed. */
    List<String> scopes(VmId vm) {
        return world.fleet().vm(vm).map(DrainSight::scopes).orElse(List.of("vm:" + vm));
    }

    static List<String> scopes(Vm vm) {
        List<String> scopes = new ArrayList<>();
        scopes.add("vm:" + vm.id());
        if (vm.availabilitySet() != null) {
            scopes.add("set:" + vm.tenant() + " " + vm.availabilitySet()); // no name has a space
        }
        return scopes;
    }
}
