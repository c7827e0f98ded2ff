package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A host run that a test tells what happened, and asks what it wants. */
final class OneRun {
    private final Given given;
    private HostRun run;
    private Step last;
    private Step lastThatOrdered;
    private final List<Step.Order> orders = new ArrayList<>();
    private final List<String> released = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private final List<LedgerEntry> ledger = new ArrayList<>();

    OneRun(Given given, HostRun run) {
        this.given = given;
        this.run = run;
        this.last = Step.ignore(run);
        this.lastThatOrdered = last;
    }

    static OneRun updating(Given given, String host) {
        return updating(given, host, RunPolicy.DEFAULT);
    }

    static OneRun updating(Given given, String host, RunPolicy policy) {
        return of(given, host, new Purpose.UpdateHost(Given.UPDATE, Method.MIGRATE), policy);
    }

    static OneRun of(Given given, String host, Purpose purpose) {
        return of(given, host, purpose, RunPolicy.DEFAULT);
    }

    /** A run that has begun to empty h1 of these VMs, for whom h2 and h3 have room. */
    static OneRun draining(Given given, String... vms) {
        given.host("h1").runs(vms);
        given.host("h2");
        given.host("h3");
        return updating(given, "h1").begins();
    }

    /** A run that may restart the VMs named, which can't be moved and whose owner consents. */
    static OneRun restarting(Given given, String host, String... vms) {
        given.updateAlsoBy(Method.REBOOT);
        for (String vm : vms) {
            given.vm(vm).owner(staying(Intent.Restart.CONSENT));
        }
        return of(given, host, new Purpose.UpdateHost(Given.UPDATE, Method.REBOOT), RunPolicy.DEFAULT);
    }

    /** A run that gives the VMs of h1 a new VMM where they are; h2 and h3 have room. */
    static OneRun preserving(Given given, String... vms) {
        given.updateAlsoBy(Method.PRESERVE_VMM);
        given.host("h1").runs(vms);
        given.host("h2");
        given.host("h3");
        return of(given, "h1", new Purpose.UpdateHost(Given.UPDATE, Method.PRESERVE_VMM), RunPolicy.DEFAULT);
    }

    /** A run that has told the VMs of h1, whose owners want an hour's notice; h2 and h3 have room. */
    static OneRun announcing(Given given, String... vms) {
        given.host("h1").runs(vms);
        given.host("h2");
        given.host("h3");
        for (String vm : vms) {
            given.vm(vm).owner(Intent.DEFAULT.withNotice(Duration.ofHours(1)));
        }
        return updating(given, "h1").begins();
    }

    /** A run that asks the owners of the VMs of h1, which can't be moved, for four weeks; h2 has room. */
    static OneRun offering(Given given, String... vms) {
        given.updateAlsoBy(Method.SELF_SERVICE);
        given.host("h1").runs(vms);
        given.host("h2");
        for (String vm : vms) {
            given.vm(vm).owner(staying(Intent.Restart.NEVER));
        }
        return of(given, "h1", new Purpose.UpdateHost(Given.UPDATE, Method.SELF_SERVICE), RunPolicy.DEFAULT)
                .begins();
    }

    /** An owner who forbids moves. */
    static Intent staying(Intent.Restart restart) {
        return new Intent(Duration.ofSeconds(5), Intent.Migration.NEVER, false, restart, Intent.OnHostFailure.LEAVE);
    }

    private static OneRun of(Given given, String host, Purpose purpose, RunPolicy policy) {
        return new OneRun(
                given,
                HostRun.ordered(
                        new RunId("run1"),
                        Given.SHARD,
                        new HostId(host),
                        purpose,
                        policy,
                        new RunId("ro1"),
                        List.of(new Hold("rack:rack1", 1)),
                        given.now(),
                        "ann",
                        "patch day"));
    }

    // What happens.

    OneRun told(RunEvent event) {
        last = HostRunDecider.decide(run, event, given.world());
        run = (HostRun) last.next();
        orders.addAll(last.orders());
        released.addAll(last.release());
        lastThatOrdered = last.orders().isEmpty() ? lastThatOrdered : last;
        notices.addAll(last.notices());
        ledger.addAll(last.ledger());
        return this;
    }

    /** It begins, and looks until it wants nothing more at this instant. */
    OneRun begins() {
        told(new RunEvent.RunOrdered());
        return looks();
    }

    /** Its timer fires as often as it is due now. */
    OneRun looks() {
        for (int i = 0; i < 20 && isDue(); i++) {
            told(new RunEvent.TimerFired());
        }
        return this;
    }

    private boolean isDue() {
        return run.due().map(due -> !due.isAfter(given.now())).orElse(false);
    }

    /** Time passes until it is due, and it looks. */
    OneRun waits(Duration time) {
        given.passes(time);
        return looks();
    }

    /** Every host is seen anew, and it looks. */
    OneRun looksAtFreshObservations() {
        given.everyHostIsSeen();
        given.passes(Duration.ofSeconds(20));
        given.everyHostIsSeen();
        return looks();
    }

    /** A move ends well. */
    OneRun moved(String vm) {
        Step.Order order = moveOf(vm);
        HostId to = ((Effect.MoveVm) order.effect()).to();
        given.passes(Duration.ofSeconds(5));
        given.vm(vm).isOn(to.value());
        return told(ended(order.id(), movedTo(to))).looks();
    }

    static Outcome movedTo(HostId to) {
        return new Outcome.Moved(to, Duration.ofMillis(40), Duration.ofSeconds(4), Bytes.ofMiB(900), false, null);
    }

    /** The packages are in: these VMs run on a VMM that is no longer installed, as the next look at the host tells. */
    OneRun installed(String... outdated) {
        told(ended(latest().id(), changed()));
        for (String vm : outdated) {
            given.vm(vm).outdated();
        }
        return looksAtFreshObservations();
    }

    /** A VM has a new process. */
    OneRun handedOver(String vm) {
        Step.Order order = handOverOf(vm);
        given.passes(Duration.ofSeconds(2));
        if (((Effect.HandOver) order.effect()).aside()) {
            given.vm(vm).aside();
        } else {
            given.vm(vm).current();
        }
        return told(ended(order.id(), movedTo(run.host()))).looks();
    }

    OneRun handOverFails(String vm, String code, Outcome.Aftermath aftermath, boolean retryable) {
        return told(ended(handOverOf(vm).id(), failed(code, aftermath, retryable)))
                .looks();
    }

    Step.Order handOverOf(String vm) {
        return orders.reversed().stream()
                .filter(order -> order.effect() instanceof Effect.HandOver over
                        && over.vm().value().equals(vm))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no hand-over of " + vm + " in " + orders));
    }

    /** A VM, or its owner, lets what it was told begin. */
    OneRun approved(String vm) {
        EventId event = run.announcement(new VmId(vm)).orElseThrow().event();
        return told(new RunEvent.NoticeApproved(event, vm)).looks();
    }

    /** What the VMs are told just now, such as {@code vm-a FREEZE started}. */
    List<String> events() {
        return ScheduledEvents.of(run, given.fleet()).stream()
                .map(event -> event.vms().getFirst() + " " + event.kind() + (event.started() ? " started" : ""))
                .toList();
    }

    /** The VMs whose hand-over was ordered, in order, each try anew. */
    List<String> handOversOrdered() {
        return orders.stream()
                .flatMap(order -> order.effect() instanceof Effect.HandOver over
                        ? java.util.stream.Stream.of(over.vm().value())
                        : java.util.stream.Stream.empty())
                .toList();
    }

    /** A guest goes down after ten seconds. */
    OneRun stopped(String vm) {
        Step.Order order = orders.reversed().stream()
                .filter(o -> o.effect() instanceof Effect.StopVm stop
                        && stop.vm().value().equals(vm))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no stop of " + vm + " in " + orders));
        Instant asked = given.now();
        given.passes(Duration.ofSeconds(10));
        given.vm(vm).is(VmState.SHUT_OFF);
        return told(ended(order.id(), new Outcome.Stopped(asked)));
    }

    /** A VM runs again. */
    OneRun started(String vm) {
        Step.Order order = orderAbout(new Effect.StartVm(new VmId(vm)));
        given.vm(vm).is(VmState.RUNNING);
        return told(ended(order.id(), new Outcome.Started(given.now(), false)));
    }

    OneRun about(Effect effect, Outcome outcome) {
        return told(ended(orderAbout(effect).id(), outcome));
    }

    /** The latest order of exactly this. */
    Step.Order orderAbout(Effect effect) {
        return orders.reversed().stream()
                .filter(order -> order.effect().equals(effect))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no " + effect + " in " + orders));
    }

    OneRun moveFails(String vm, String code, Outcome.Aftermath aftermath, boolean retryable) {
        return told(ended(moveOf(vm).id(), failed(code, aftermath, retryable)));
    }

    OneRun latestFails(String code, Outcome.Aftermath aftermath) {
        return told(ended(latest().id(), failed(code, aftermath, false)));
    }

    OneRun latestSucceeds() {
        return told(ended(latest().id(), changed()));
    }

    OneRun latestIsUnknown() {
        return told(ended(latest().id(), unknown()));
    }

    OneRun cancelled() {
        return told(new RunEvent.CancelOrdered("ann", "enough"));
    }

    OneRun resolved(RunOutcome as) {
        return told(new RunEvent.ResolveOrdered("bob", as, "looked at it"));
    }

    static RunEvent ended(EffectId id, Outcome outcome) {
        return new RunEvent.EffectEnded(id, outcome);
    }

    static Outcome failed(String code, Outcome.Aftermath aftermath, boolean retryable) {
        return new Outcome.Failed(Refusal.of(code, "it went wrong"), aftermath, retryable);
    }

    static Outcome unknown() {
        return new Outcome.Unknown(Refusal.of("SILENT", "nobody can say"));
    }

    static Outcome changed() {
        return new Outcome.Changed(new TreeMap<>(Map.of("qemu", "10.0")), new TreeMap<>(Map.of("qemu", "11.1")));
    }

    /** The packages are in, and a fresh VM runs what it ran before. */
    static Outcome unchanged() {
        return new Outcome.Changed(new TreeMap<>(Map.of("qemu", "10.0")), new TreeMap<>(Map.of("qemu", "10.0")));
    }

    // What it wants.

    HostRun run() {
        return run;
    }

    Step last() {
        return last;
    }

    HostRunState state() {
        return run.state();
    }

    /** Whether the latest event changed nothing. */
    boolean ignoredIt() {
        return last.equals(Step.ignore(last.next())) && last.next().equals(run);
    }

    @Nullable
    RunOutcome outcome() {
        return run.state() instanceof HostRunState.Ended ended ? ended.outcome() : null;
    }

    /** Why it ended, stopped or waits for a person. */
    Refusal why() {
        @Nullable
        Refusal why = switch (run.state()) {
            case HostRunState.Ended ended -> ended.why();
            case HostRunState.NeedsPerson asks -> asks.why();
            case HostRunState.Draining draining -> draining.stopping();
            case HostRunState.Stopping stopping -> stopping.giveUp();
            case HostRunState.Starting starting -> starting.why();
            case HostRunState.Applying applying -> applying.cancel();
            case HostRunState.HandingOver over -> over.stopping() != null ? over.stopping() : over.undoing();
            case HostRunState.Switching switching ->
                switching.cancel() != null ? switching.cancel() : switching.undoing();
            case HostRunState.Verifying verifying -> verifying.cancel();
            case HostRunState.Undoing undoing -> undoing.why();
            case HostRunState.Reserving reserving -> null;
            case HostRunState.Announcing announcing -> null;
            case HostRunState.Offering offering -> null;
        };
        if (why == null) {
            throw new NoSuchElementException("no reason in " + run.state());
        }
        return why;
    }

    /** Effects that were ordered so far, newest last. */
    List<Effect> effects() {
        return orders.stream().map(Step.Order::effect).toList();
    }

    /** All orders, newest last. */
    List<Step.Order> orders() {
        return orders;
    }

    /** The latest step that ordered anything. */
    Step lastThatOrdered() {
        return lastThatOrdered;
    }

    Step.Order latest() {
        return orders.getLast();
    }

    /** The names of the VMs whose moves were ordered, in order, each try anew. */
    List<String> movesOrdered() {
        return orders.stream()
                .flatMap(order -> order.effect() instanceof Effect.MoveVm move
                        ? List.of(move).stream()
                        : List.<Effect.MoveVm>of().stream())
                .map(move -> move.vm().value())
                .toList();
    }

    /** Where the latest try takes a VM. */
    String destinationOf(String vm) {
        return ((Effect.MoveVm) moveOf(vm).effect()).to().value();
    }

    Step.Order moveOf(String vm) {
        return orders.reversed().stream()
                .filter(order -> order.effect() instanceof Effect.MoveVm move
                        && move.vm().value().equals(vm))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no move of " + vm + " in " + orders));
    }

    /** The scopes that were given back before the end. */
    List<String> released() {
        return released;
    }

    /** What VMs felt, in order. */
    List<LedgerEntry> ledger() {
        return ledger;
    }

    List<String> noticeTypes() {
        return notices.stream().map(Notice::type).toList();
    }
}
