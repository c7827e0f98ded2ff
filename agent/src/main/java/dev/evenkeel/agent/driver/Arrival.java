package dev.evenkeel.agent.driver;

import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.migrate.EndView;
import dev.evenkeel.agent.migrate.EndView.Absent;
import dev.evenkeel.agent.migrate.EndView.Active;
import dev.evenkeel.agent.migrate.EndView.Stopped;
import dev.evenkeel.agent.migrate.EndView.Unreachable;
import dev.evenkeel.agent.migrate.Ends;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a VM that was shut down here up on its destination, from whatever is found at both ends.
 *
 * <p>It is defined there first and then started by that definition. A request to start it that hangs somewhere between the hosts may
 * be heard minutes after its sender has given it up; without the definition it comes to nothing. So the VM counts as not running there
 * only once its definition is seen to be gone from there, and only then may it be started here again.
 */
final class Arrival {
    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);

    /** A VM with much memory takes its time to be started. */
    private static final Duration STARTING = Duration.ofMinutes(2);

    private final EffectId id;
    private final Effect.RedeployVm order;
    private final UUID vm;
    private final String uri;
    private final Instant askedAt;
    private final Ends ends;
    private final BlockingCalls calls;
    private final ArrivalRecord.Shelf records;
    private final Duration silence;

    /** What is found of the VM at the destination is ours. */
    private boolean begun;

    /** Not tried a second time: where it could not be started once, its own host is the surer place. */
    private boolean tried;

    private String trouble = "";
    private Instant giveUpAt;

    Arrival(
            EffectId id,
            Effect.RedeployVm order,
            String uri,
            Instant askedAt,
            Ends ends,
            BlockingCalls calls,
            ArrivalRecord.Shelf records,
            Duration silence) {
        this.id = id;
        this.order = order;
        this.vm = UUID.fromString(order.vm().value());
        this.uri = uri;
        this.askedAt = askedAt;
        this.ends = ends;
        this.calls = calls;
        this.records = records;
        this.silence = silence;
        this.begun = records.has(id);
        this.giveUpAt = Instant.now().plus(silence);
    }

    /** Looks and acts until it is known where the VM is, or the daemons have been silent for too long. */
    Outcome finish() {
        while (true) {
            EndView here = ends.lookAtSource();
            EndView there = ends.lookAtDestination();
            if (Thread.currentThread().isInterrupted()) { // a call that was cut short says nothing of its daemon
                throw new CancellationException("the agent stops");
            }
            Step step;
            try {
                step = step(here, there);
            } catch (LibvirtException e) {
                trouble = e.getMessage();
                step = new Step.Wait();
            }
            switch (step) {
                case Step.End(Outcome outcome) -> {
                    return outcome;
                }
                case Step.Look look -> {}
                case Step.Wait wait -> {
                    if (Instant.now().isAfter(giveUpAt)) {
                        return unknown(
                                "HOST_UNSEEN",
                                "was shut down to be started on " + order.to()
                                        + ", and it can't be seen whether it runs there"
                                        + (trouble.isEmpty() ? "" : ": " + trouble),
                                here,
                                there);
                    }
                    Restarts.pause();
                }
            }
        }
    }

    /** What a look at both ends leads to. */
    private sealed interface Step {
        /** Something was done: both ends are looked at again at once. */
        record Look() implements Step {}

        /** A daemon has to speak first. */
        record Wait() implements Step {}

        record End(Outcome outcome) implements Step {}
    }

    private Step step(EndView here, EndView there) {
        if (here instanceof Unreachable || begun && there instanceof Unreachable) {
            return new Step.Wait();
        }
        if (there instanceof Active active) {
            return runsThere(here, active);
        }
        return switch (here) {
            case Active a ->
                leave(
                        there,
                        failed(
                                "STARTED_BY_HAND",
                                "went down and was started again on its host by other hands",
                                Aftermath.UNCHANGED));
            case Stopped s -> downHere(s, there);
            case Absent a -> gone(here, there);
            case Unreachable u -> gone(here, there);
        };
    }

    private Step gone(EndView here, EndView there) {
        return new Step.End(unknown("VM_LEFT", "left this host by other hands after it was shut down", here, there));
    }

    private Step runsThere(EndView here, Active there) {
        if (!begun) {
            return new Step.End(unknown("VM_LEFT", "was started on " + order.to() + " by other hands", here, there));
        }
        if (here instanceof Active) {
            return new Step.End(unknown(
                    "RUNS_TWICE",
                    "runs on both hosts, started here by other hands: decide which copy to keep, then destroy the other",
                    here,
                    there));
        }
        return there.state().isPausedByMigration() // it is still being started
                ? new Step.Wait()
                : settle();
    }

    private Step downHere(Stopped here, EndView there) {
        if (here.state().hasMigratedAway()) {
            return new Step.End(unknown("VM_LEFT", "was moved by other hands after it was shut down", here, there));
        }
        if (here.state().wasStoppedByHand()) {
            return leave(
                    there, failed("NOT_RUNNING", "was stopped by other hands and stays down", Aftermath.UNCHANGED));
        }
        if (there instanceof Unreachable) {
            return new Step.End(failed(
                    "UNREACHABLE",
                    "was shut down, and the daemon at " + uri + " does not answer any more",
                    Aftermath.VM_DEAD));
        }
        if (!begun && there instanceof Stopped) {
            return new Step.End(failed(
                    "LEFTOVER_DEFINITION",
                    "was shut down, and " + order.to() + " has a definition of it by now; remove it there",
                    Aftermath.VM_DEAD));
        }
        if (tried) {
            return leave(
                    there,
                    failed(
                            "START_FAILED",
                            "was shut down and can't be started on " + order.to() + ": " + trouble,
                            Aftermath.VM_DEAD));
        }
        if (there instanceof Stopped s && s.state().wasStoppedByHand()) {
            return new Step.End(unknown("VM_LEFT", "was stopped on " + order.to() + " by other hands", here, there));
        }
        return start();
    }

    /** Takes what is ours away from the destination, so that no start which still hangs can come to anything; then ends. */
    private Step leave(EndView there, Outcome end) {
        if (!begun || there instanceof Absent) {
            return new Step.End(end);
        }
        try (Domain ours = ends.destination().domain(vm).orElse(null)) {
            if (ours != null) {
                ours.undefine();
            }
        }
        return new Step.Look();
    }

    private Step start() {
        try {
            records.keep(id, new ArrivalRecord(Instant.now(), uri));
        } catch (IOException e) {
            return new Step.End(failed(
                    "STATE_DISK",
                    "was shut down, and that it is to be started elsewhere can't be noted: " + e.getMessage(),
                    Aftermath.VM_DEAD));
        }
        begun = true;
        String xml = definitionHere().orElse(null);
        if (xml == null) {
            return new Step.Look();
        }
        tried = true;
        try (Domain ours = calls.call(
                "defining VM " + vm, STARTING, () -> ends.destination().define(xml))) {
            if (ends.lookAtSource() instanceof Stopped) { // as late as can be
                calls.call("starting VM " + vm, STARTING, () -> {
                    ours.start();
                    return true;
                });
            } else {
                trouble = "it was not seen to be down here any more";
            }
        } catch (LibvirtException e) {
            LOG.warn("VM {} can't be started on {}: {}", vm, order.to(), e.getMessage());
            trouble = e.getMessage();
        }
        giveUpAt = Instant.now().plus(silence);
        return new Step.Look();
    }

    /** It runs there: that it goes on to, and that it goes from here, is made sure of. */
    private Step settle() {
        Instant seenAt = Instant.now();
        try (Domain arrived = ends.destination().domain(vm).orElse(null)) {
            if (arrived == null) {
                return new Step.Look();
            }
            if (!arrived.isPersistent()) {
                definitionHere().ifPresent(xml -> ends.destination().define(xml).close());
            }
            forgetHere(arrived);
        }
        return new Step.End(new Outcome.Moved(
                order.to(),
                Duration.between(askedAt, seenAt),
                Duration.between(askedAt, Instant.now()),
                Bytes.ZERO,
                false,
                null));
    }

    /** A definition that stays here is untidy, not a failure: the VM runs where it should. */
    private void forgetHere(Domain arrived) {
        try (Domain left = ends.source().domain(vm).orElse(null)) {
            if (left != null && !left.isAlive()) {
                handAutostart(left, arrived);
                left.undefine();
            }
        } catch (LibvirtException e) {
            LOG.warn("VM {} runs on {} and is still defined here: {}", vm, order.to(), e.getMessage());
        }
    }

    /** Should the definition stay here, it is at least not started with this host. */
    private void handAutostart(Domain left, Domain arrived) {
        try {
            if (left.startsWithHost()) {
                arrived.setStartsWithHost(true);
                left.setStartsWithHost(false);
            }
        } catch (LibvirtException e) {
            LOG.warn("whether VM {} starts with its host could not be set on {}: {}", vm, order.to(), e.getMessage());
        }
    }

    private Optional<String> definitionHere() {
        try (Domain domain = ends.source().domain(vm).orElse(null)) {
            return Optional.ofNullable(domain).map(Domain::inactiveXml);
        }
    }

    private Outcome failed(String code, String what, Aftermath aftermath) {
        return new Outcome.Failed(Refusal.of(code, "VM " + vm + " " + what), aftermath, false);
    }

    private static String inWords(EndView here, EndView there) {
        return "the source " + here.inWords() + "; the destination " + there.inWords();
    }

    private Outcome unknown(String code, String what, EndView here, EndView there) {
        return new Outcome.Unknown(Refusal.of(code, "VM " + vm + " " + what).with("ends", inWords(here, there)));
    }
}
