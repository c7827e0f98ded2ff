package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.impact.Restarting;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.window.Windows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Offers what can't be done without a restart to the owners of the VMs that it would restart, for a window; after it, in
 * the scheduled phase, it is done in an opening of the VM's maintenance configurations, or when none comes. The host goes on
 * when the time of every such VM has come, because all of them are restarted together.
 */
final class Offering {
    /** Owners are heard at once; so seldom it looks whether VMs have come or gone. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

    private Offering() {}

    /** The run with an offer for each VM on its host that is to be asked; what was offered or chosen before stands. */
    static HostRun offering(HostRun run, Host host, World world) {
        if (!offers(run)) {
            return run;
        }
        List<Offer> all = new ArrayList<>();
        for (Vm vm : world.fleet().aliveOn(host.id())) {
            if (Restarting.isToBeAsked(vm)) {
                all.add(run.offer(vm.id()).orElseGet(() -> offer(run, vm, world)));
            }
        }
        return run.offering(all);
    }

    static boolean offers(HostRun run) {
        return run.purpose() instanceof Purpose.UpdateHost update && update.method() == Method.SELF_SERVICE;
    }

    private static Offer offer(HostRun run, Vm vm, World world) {
        Instant now = world.now();
        Instant ends = now.plus(run.policy().selfService());
        Instant deadline = deadline(run, world);
        Instant shortened = deadline != null && deadline.isBefore(ends) ? latest(deadline, now) : ends;
        return new Offer(vm.id(), vm.name(), vm.tenant(), now, shortened, null, null, null);
    }

    /** The step that waits, where an owner may still choose or its time has not come; else nothing. */
    static Optional<Step> before(HostRun offering, World world) {
        Instant now = world.now();
        Optional<Instant> last = offering.offers().stream()
                .filter(offer -> offer.agreed() == null)
                .map(offer -> readyAt(offering, offer, world))
                .max(Instant::compareTo);
        if (last.isEmpty() || !last.get().isAfter(now)) {
            return Optional.empty();
        }
        Instant soon = now.plus(LOOK_AGAIN);
        Instant lookAt = last.get().isBefore(soon) ? last.get() : soon;
        Step.Builder step = new Step.Builder();
        if (!(offering.state() instanceof HostRunState.Offering) && offering.rollout() != null) {
            step.send(offering.rollout(), new RunEvent.OwnersAsked(offering.id(), offering.host(), now));
        }
        for (Offer offer : offering.offers()) {
            if (offer.since().equals(now)) {
                step.notice(Ending.info(
                        offering,
                        world,
                        "OwnerAsked",
                        "the owner of VM " + offer.name() + " may choose until " + offer.ends()
                                + " when it is restarted"));
            }
        }
        return Optional.of(step.to(offering.in(new HostRunState.Offering(lookAt))));
    }

    /** Whether the time of every VM has come. */
    static boolean isOver(HostRun run, World world) {
        return run.offers().stream()
                .allMatch(offer ->
                        offer.agreed() != null || !readyAt(run, offer, world).isAfter(world.now()));
    }

    /** When a VM may be restarted, as things are; not before now. */
    private static Instant readyAt(HostRun run, Offer offer, World world) {
        Instant now = world.now();
        Instant chosen = offer.startAt();
        if (chosen != null) {
            return latest(chosen, now);
        }
        Windows windows = world.windows().apply(offer.vm());
        Instant base = latest(offer.ends(), now);
        Instant at = windows.govern()
                ? windows.turn(offer.ends(), base, world.pauses().restart()).at()
                : base;
        Instant deadline = deadline(run, world);
        return deadline == null || at.isBefore(deadline) ? at : latest(deadline, latest(offer.ends(), now));
    }

    /** When the update should be everywhere, or null. */
    static @Nullable Instant deadline(HostRun run, World world) {
        return run.purpose() instanceof Purpose.UpdateHost update
                ? world.update(update.update()).deadline()
                : null;
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    static Step on(HostRun run, HostRunState.Offering state, RunEvent event, World world) {
        return switch (event) {
            case RunEvent.TimerFired t -> HostRunDecider.reserve(run, world);
            case RunEvent.OwnerChose c -> chosen(run, c, world);
            case RunEvent.HoldRefused h -> HostRunDecider.waitsForHolds(run, world);
            case RunEvent.CancelOrdered c -> Ending.end(run, RunOutcome.CANCELLED, HostRunDecider.cancelled(c), world);
            case RunEvent.ResolveOrdered r -> Ending.end(run, r.as(), HostRunDecider.resolved(r), world);
            case RunEvent.NoticeApproved a -> Step.ignore(run);
            case RunEvent.OwnersAsked a -> Step.ignore(run);
            case RunEvent.RunOrdered o -> Step.ignore(run);
            case RunEvent.EffectEnded e -> Step.ignore(run);
            case RunEvent.HostObserved o -> hasLeft(run, world) ? HostRunDecider.reserve(run, world) : Step.ignore(run);
            case RunEvent.HostRunEnded e -> Step.ignore(run);
            case RunEvent.PauseOrdered p -> Step.ignore(run);
            case RunEvent.ResumeOrdered r -> HostRunDecider.reserve(run, world);
        };
    }

    /** Whether a VM that is waited for lives on another host now; one that is merely down may be back at once. */
    private static boolean hasLeft(HostRun run, World world) {
        return run.offers().stream()
                .flatMap(offer -> world.fleet().vm(offer.vm()).stream())
                .anyMatch(vm -> vm.state().alive() && !vm.host().equals(run.host()));
    }

    /** An owner may choose any time until its window ends, and choose again. */
    private static Step chosen(HostRun run, RunEvent.OwnerChose choice, World world) {
        Offer before = run.offer(choice.vm()).orElse(null);
        if (before == null || before.agreed() != null || choice.at().isAfter(before.ends())) {
            return Step.ignore(run);
        }
        List<Offer> offers = run.offers().stream()
                .map(offer -> offer.vm().equals(choice.vm()) ? offer.chosen(choice.at(), choice.by()) : offer)
                .toList();
        HostRun next = run.offering(offers);
        return next.equals(run)
                ? Step.ignore(run)
                : new Step.Builder()
                        .notice(Ending.info(
                                run,
                                world,
                                "OwnerChose",
                                choice.by() + " chose " + choice.at() + " for VM " + before.name()))
                        .to(next.in(new HostRunState.Offering(world.now())));
    }

    /** The same run, in which what was offered is agreed to: the time of every VM has come. */
    static HostRun agreed(HostRun run) {
        return run.offering(run.offers().stream().map(Offer::agreeing).toList());
    }

    /** A VM as its owner has agreed to treat it in this run. */
    static Vm asAgreed(HostRun run, Vm vm) {
        boolean agreed = run.offer(vm.id()).map(Offer::agreed).isPresent();
        return agreed ? vm.consenting() : vm;
    }
}
