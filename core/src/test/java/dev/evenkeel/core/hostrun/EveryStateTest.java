package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every event in every state: the state that follows, as one table. */
class EveryStateTest {
    private final Given given = new Given();

    private Map<String, HostRun> states() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.host("h3").runs("vm-s");
        Map<String, HostRun> states = new LinkedHashMap<>();
        OneRun run = OneRun.updating(given, "h1");
        states.put("Reserving", run.run());
        states.put("Draining", run.begins().run());
        states.put("Applying", run.moved("vm-a").looksAtFreshObservations().run());
        states.put("Verifying", run.latestSucceeds().run());
        states.put("Undoing", run.latestFails("X", Aftermath.CHANGED).run());
        states.put("NeedsPerson", run.latestIsUnknown().run());
        states.put("Ended", run.resolved(RunOutcome.FAILED).run());
        OneRun restart = OneRun.restarting(given, "h3", "vm-s").begins().looksAtFreshObservations();
        states.put("Stopping", restart.run());
        states.put(
                "Starting",
                restart.stopped("vm-s").latestFails("X", Aftermath.UNCHANGED).run());
        OneRun preserve = OneRun.preserving(new Given(), "vm-p").begins().looksAtFreshObservations();
        states.put("HandingOver", preserve.installed("vm-p").run());
        states.put("Offering", OneRun.offering(new Given(), "vm-o").run());
        states.put("Announcing", OneRun.announcing(new Given(), "vm-n").run());
        states.put("Switching", new KernelRun("vm-k").switching().run.run());
        states.forEach((name, state) -> assertThat(state.stateName()).isEqualTo(name));
        return states;
    }

    private static Map<String, RunEvent> events() {
        Map<String, RunEvent> events = new LinkedHashMap<>();
        events.put("RunOrdered", new RunEvent.RunOrdered());
        events.put("TimerFired", new RunEvent.TimerFired());
        events.put("HoldRefused", new RunEvent.HoldRefused(new Hold("vm:vm-a", 1), Refusal.of("HOLD_TAKEN", "taken")));
        events.put("EffectEnded", new RunEvent.EffectEnded(new EffectId("run1/999"), OneRun.changed()));
        events.put("HostObserved", new RunEvent.HostObserved(new HostId("h1")));
        events.put(
                "HostRunEnded",
                new RunEvent.HostRunEnded(
                        new RunId("run2"), new HostId("h2"), RunOutcome.DONE, null, 0, Instant.EPOCH));
        events.put("PauseOrdered", new RunEvent.PauseOrdered("ann", "lunch"));
        events.put("ResumeOrdered", new RunEvent.ResumeOrdered("ann", "back"));
        events.put("CancelOrdered", new RunEvent.CancelOrdered("ann", "enough"));
        events.put("NoticeApproved", new RunEvent.NoticeApproved(new EventId("e1"), "acme"));
        events.put("OwnerChose", new RunEvent.OwnerChose(new VmId("vm-a"), Instant.EPOCH, "acme"));
        events.put("OwnersAsked", new RunEvent.OwnersAsked(new RunId("run2"), new HostId("h2"), Instant.EPOCH));
        events.put("ResolveOrdered", new RunEvent.ResolveOrdered("bob", RunOutcome.FAILED, "looked"));
        return events;
    }

    /** Where an event leads; what is not here leads nowhere else. */
    private static final Map<String, String> LEADS = Map.ofEntries(
            // the VMs of those that wait are not in this fleet any longer
            Map.entry("Reserving RunOrdered", "Draining"),
            Map.entry("Reserving TimerFired", "Draining"),
            Map.entry("Reserving ResumeOrdered", "Draining"),
            Map.entry("Reserving CancelOrdered", "Ended"),
            Map.entry("Reserving ResolveOrdered", "Ended"),
            Map.entry("Announcing TimerFired", "Draining"),
            Map.entry("Announcing HoldRefused", "Reserving"),
            Map.entry("Announcing ResumeOrdered", "Draining"),
            Map.entry("Announcing CancelOrdered", "Ended"),
            Map.entry("Announcing ResolveOrdered", "Ended"),
            Map.entry("NeedsPerson ResolveOrdered", "Ended"),
            Map.entry("Offering TimerFired", "Draining"),
            Map.entry("Offering HoldRefused", "Reserving"),
            Map.entry("Offering ResumeOrdered", "Draining"),
            Map.entry("Offering CancelOrdered", "Ended"),
            Map.entry("Offering ResolveOrdered", "Ended"));

    @Test
    void everyEventInEveryStateLeadsWhereTheTableSays() {
        TreeMap<String, String> expected = new TreeMap<>();
        TreeMap<String, String> actual = new TreeMap<>();
        states().forEach((state, run) -> events().forEach((event, told) -> {
            String cell = state + " " + event;
            expected.put(cell, LEADS.getOrDefault(cell, state));
            actual.put(
                    cell,
                    ((HostRun) HostRunDecider.decide(run, told, given.world()).next()).stateName());
        }));

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void everyStateButTheLastHasATimeAtWhichItLooksAgain() {
        states().forEach((name, run) ->
                assertThat(run.due().isPresent()).as(name).isEqualTo(!run.ended()));
    }

    @Test
    void whatHasEndedIgnoresEverything() {
        HostRun ended = states().get("Ended");
        events().forEach((name, event) -> assertThat(
                        HostRunDecider.decide(java.util.Objects.requireNonNull(ended), event, given.world()))
                .as(name)
                .isEqualTo(dev.evenkeel.core.engine.Step.ignore(ended)));
    }
}
