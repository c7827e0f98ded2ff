package dev.evenkeel.agent.execute;

import dev.evenkeel.agent.journal.Admission;
import dev.evenkeel.agent.journal.Journal;
import dev.evenkeel.agent.journal.Journal.Unconfirmed;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.HostDriver;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.Refusal;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Carries orders out, each at most once. A move that the agent's death cut off is asked about, because libvirt goes on
 * with it: its end is reported, or it is joined. Everything else stops with the agent and waits ({@code dormant}) until
 * the server repeats the order, because a person may have closed its run meanwhile. When the server no longer wants it,
 * nothing more is done, and how the host was left is reported.
 */
public final class EffectExecutor implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(EffectExecutor.class);

    private final Journal journal;
    private final HostDriver driver;
    private final EffectListener listener;
    private final Workers workers = new Workers();
    private final Inquiry inquiry;
    private final Set<EffectId> running = new HashSet<>();
    private final Set<EffectId> dormant = new HashSet<>();
    private final Set<EffectId> askedAgain = new HashSet<>();
    private boolean saidWhatIsWanted;
    /** So that a full disk is logged once and not with every repeat of an order. */
    private boolean journalFails;
    /** Outcomes that the disk did not take; they are reported all the same and written as soon as it does. */
    private final Map<EffectId, Unconfirmed> unwritten = new LinkedHashMap<>();

    public EffectExecutor(Journal journal, HostDriver driver, EffectListener listener) {
        this.journal = journal;
        this.driver = driver;
        this.listener = listener;
        this.inquiry = new Inquiry(driver);
    }

    /** Asks the host about everything that was under way when the agent last died. Returns at once. */
    public synchronized void reconcile() {
        driver.begins(journal.underWay().stream().map(EffectOrder::id).toList());
        for (EffectOrder order : journal.underWay()) {
            if (goesOnByItself(order.effect())) {
                LOG.info("{} was under way when the agent stopped; asking the host", order.id());
                running.add(order.id());
                workers.start(order, () -> resume(order));
            } else {
                LOG.info("{} was under way when the agent stopped; it waits for the server to repeat it", order.id());
                dormant.add(order.id());
            }
        }
    }

    /** What the host carries on with whether we join it or not; the rest is only done while it is wanted. */
    private static boolean goesOnByItself(Effect effect) {
        return switch (effect) {
            case Effect.MoveVm m -> true;
            case Effect.RedeployVm r -> true; // a VM that was shut down for it is not left down
            case Effect.HandOver h -> true; // where it stands between two daemons it is not to be left
            case Effect.SwitchKernel s -> true; // VMs that stand still are not to wait for a server
            case Effect.ApplyUpdate a -> false;
            case Effect.UndoUpdate u -> false;
            case Effect.VerifyUpdate v -> false;
            case Effect.StopVm s -> true; // a guest that was asked goes down; it is only waited for
            case Effect.StartVm s -> false;
            case Effect.AbortMove a -> false;
            case Effect.AskAgain a -> false;
        };
    }

    /**
     * Takes an order from the server. Returns at once; a repeat is answered from the journal.
     *
     * @return whether the order is in the journal, so that the server need not repeat it
     */
    public synchronized boolean take(EffectOrder order) {
        Admission admission;
        try {
            admission = journal.admit(order);
        } catch (IOException e) {
            if (!journalFails) {
                LOG.error("{} is not begun, because the journal cannot be written", order.id(), e);
            }
            journalFails = true;
            listener.notBegun(
                    order.id(),
                    "the agent's journal cannot be written (" + e.getMessage()
                            + "); make room on the disk of its state directory");
            return false;
        }
        journalFails = false;
        switch (admission) {
            case Admission.Begin() -> {
                running.add(order.id());
                workers.start(order, () -> perform(order));
            }
            case Admission.UnderWay() -> {
                if (dormant.remove(order.id())) {
                    running.add(order.id());
                    workers.start(order, () -> perform(order));
                }
            }
            case Admission.Recorded(Outcome outcome) -> {
                askedAgain.add(order.id());
                listener.ended();
            }
            case Admission.Outdated(long newest) ->
                LOG.warn("{} is refused: its epoch {} is older than {}", order.id(), order.epoch(), newest);
        }
        return !(admission instanceof Admission.Outdated);
    }

    /** The server has said all that it still wants: what waits and is not among it is left as it is. */
    public synchronized void wanted(Collection<EffectId> outstanding) {
        saidWhatIsWanted = true;
        for (EffectOrder order : journal.underWay()) {
            if (!outstanding.contains(order.id()) && dormant.remove(order.id())) {
                running.add(order.id());
                workers.start(order, () -> leave(order));
            }
        }
    }

    /** Outcomes that the server does not have, or has asked for again. */
    public synchronized List<Unconfirmed> unreported() {
        for (Unconfirmed late : List.copyOf(unwritten.values())) {
            write(late);
        }
        Map<EffectId, Unconfirmed> all = new LinkedHashMap<>(unwritten);
        journal.unconfirmed().forEach(outcome -> all.put(outcome.effect(), outcome));
        for (EffectId id : askedAgain) {
            journal.order(id)
                    .ifPresent(order -> journal.outcome(id)
                            .ifPresent(outcome -> all.put(id, new Unconfirmed(order.run(), id, outcome))));
        }
        return new ArrayList<>(all.values());
    }

    /** The server has committed these outcomes. */
    public synchronized void accepted(List<EffectId> effects) {
        askedAgain.removeAll(Set.copyOf(effects));
        effects.forEach(unwritten::remove);
        try {
            journal.confirmed(effects);
        } catch (IOException e) {
            LOG.warn("the journal did not take the server's confirmation; the outcomes go out once more", e);
        }
    }

    private void perform(EffectOrder order) {
        try (var run = MDC.putCloseable("run", order.run().value());
                var effect = MDC.putCloseable("effect", order.id().value())) {
            LOG.info("begins {}", order.effect());
            finish(order, outcome(order));
        }
    }

    private Outcome outcome(EffectOrder order) {
        try {
            return order.effect() instanceof Effect.AskAgain again ? askAgain(order, again) : driver.perform(order);
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("the driver failed", e);
            return new Outcome.Unknown(
                    Refusal.of("AGENT_BUG", "the agent failed while it carried the effect out: " + e, Map.of()));
        }
    }

    private void resume(EffectOrder order) {
        switch (inquiry.about(order)) {
            case HostDriver.Probe.Ended(Outcome outcome) -> finish(order, outcome);
            case HostDriver.Probe.Running() -> perform(order);
            case HostDriver.Probe.Unknown(Refusal why) -> finish(order, new Outcome.Unknown(why));
            case HostDriver.Probe.NotStarted() -> waitOrEnd(order);
        }
    }

    /** The server says only once what it wants; after that, a try that never began is ended and may be made anew. */
    private synchronized void waitOrEnd(EffectOrder order) {
        if (saidWhatIsWanted) {
            finish(order, neverBegan());
        } else {
            LOG.info("{} never began; it waits for the server to repeat it", order.id());
            running.remove(order.id());
            dormant.add(order.id());
        }
    }

    /** Nobody wants it any more. Only what the host carries on with by itself is seen through to its end. */
    private void leave(EffectOrder order) {
        if (order.effect() instanceof Effect.AskAgain) {
            finish(order, withdrawn());
            return;
        }
        switch (inquiry.about(order)) {
            case HostDriver.Probe.Ended(Outcome outcome) -> finish(order, outcome);
            case HostDriver.Probe.Running() -> finish(order, joined(order));
            case HostDriver.Probe.Unknown(Refusal why) -> finish(order, new Outcome.Unknown(why));
            case HostDriver.Probe.NotStarted() -> finish(order, withdrawn());
        }
    }

    private static Outcome withdrawn() {
        return new Outcome.Failed(
                Refusal.of("WITHDRAWN", "the order was withdrawn before it began"), Outcome.Aftermath.UNCHANGED, false);
    }

    private Outcome joined(EffectOrder order) {
        return goesOnByItself(order.effect())
                ? outcome(order)
                : new Outcome.Unknown(
                        Refusal.of("AGENT_BUG", "the driver says that it goes on by itself: " + order.effect()));
    }

    /** Looks at another effect once more; what is found goes out under that effect's own id. */
    private Outcome askAgain(EffectOrder order, Effect.AskAgain again) {
        EffectOrder about = journal.order(again.about()).orElse(null);
        synchronized (this) {
            boolean busy = running.contains(again.about());
            boolean settled = journal.outcome(again.about())
                    .map(outcome -> !(outcome instanceof Outcome.Unknown))
                    .orElse(false);
            if (busy || settled) {
                askedAgain.add(again.about());
                return new Outcome.Acted();
            }
            if (about == null) {
                write(new Unconfirmed(order.run(), again.about(), neverBegan()));
                return new Outcome.Acted();
            }
            dormant.remove(about.id()); // it is not gone on with: whoever asks decides by what is found
            running.add(about.id());
        }
        if (about.effect() instanceof Effect.VerifyUpdate) {
            finish(about, outcome(about)); // it only looks, and is asked to look again
            return new Outcome.Acted();
        }
        switch (inquiry.about(about)) {
            case HostDriver.Probe.Ended(Outcome outcome) -> finish(about, outcome);
            case HostDriver.Probe.Running() -> finish(about, joined(about));
            case HostDriver.Probe.NotStarted() -> finish(about, neverBegan());
            case HostDriver.Probe.Unknown(Refusal why) -> finish(about, new Outcome.Unknown(why));
        }
        return new Outcome.Acted();
    }

    private static Outcome neverBegan() {
        return new Outcome.Failed(
                Refusal.of("NEVER_BEGAN", "the host shows no trace of it, and it will not begin any more"),
                Outcome.Aftermath.UNCHANGED,
                true);
    }

    private synchronized void finish(EffectOrder order, Outcome outcome) {
        running.remove(order.id());
        LOG.info("{} ended: {}", order.id(), outcome);
        write(new Unconfirmed(order.run(), order.id(), outcome));
        listener.ended();
    }

    private void write(Unconfirmed ended) {
        try {
            journal.ended(ended.run(), ended.effect(), ended.outcome());
            unwritten.remove(ended.effect());
        } catch (IOException e) {
            LOG.error("the journal did not take the outcome of {}; it is kept in memory", ended.effect(), e);
            unwritten.put(ended.effect(), ended);
        }
    }

    /** Starts nothing more. What is under way goes on in the host, and the next start asks about it. */
    @Override
    public void close() {
        inquiry.close();
        workers.close();
    }
}
