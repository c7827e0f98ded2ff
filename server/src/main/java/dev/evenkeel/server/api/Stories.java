package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunStore.StoryEntry;
import dev.evenkeel.server.view.StoryView;
import dev.evenkeel.wire.Json;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.type.TypeReference;

/** Tells a run's events in sentences. */
final class Stories {
    private static final TypeReference<TreeMap<String, Object>> FIELDS = new TypeReference<>() {};

    private Stories() {}

    static StoryView of(StoryEntry entry) {
        Map<String, Object> data = Json.mapper().readValue(Json.mapper().writeValueAsBytes(entry.event()), FIELDS);
        return new StoryView(
                entry.version(),
                entry.at(),
                entry.event().getClass().getSimpleName(),
                text(entry.event()),
                entry.stateAfter(),
                data);
    }

    private static String text(RunEvent event) {
        return switch (event) {
            case RunEvent.RunOrdered o -> "it was ordered";
            case RunEvent.TimerFired t -> "it looked again";
            case RunEvent.HoldRefused h -> "it must wait: " + h.why().why();
            case RunEvent.EffectEnded e -> e.effect() + " ended: " + text(e.outcome());
            case RunEvent.HostObserved o -> "host " + o.host() + " was seen";
            case RunEvent.HostRunEnded e ->
                "run " + e.run() + " of host " + e.host() + " ended: " + e.outcome()
                        + (e.why() == null ? "" : " (" + e.why().why() + ")");
            case RunEvent.PauseOrdered p -> p.by() + " paused it: " + p.why();
            case RunEvent.ResumeOrdered r -> r.by() + " let it go on: " + r.why();
            case RunEvent.CancelOrdered c -> c.by() + " cancelled it: " + c.why();
            case RunEvent.ResolveOrdered r -> r.by() + " closed it as " + r.as() + ": " + r.why();
            case RunEvent.NoticeApproved a -> a.by() + " let it begin: scheduled event " + a.event();
            case RunEvent.OwnerChose c -> c.by() + " chose " + c.at() + " for VM " + c.vm();
            case RunEvent.OwnersAsked a -> "owners of VMs on host " + a.host() + " may choose when, in run " + a.run();
        };
    }

    private static String text(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Moved m ->
                "runs on " + m.to() + (m.postCopy() ? " by post-copy" : "") + ", stood still for "
                        + m.stop().toMillis() + " ms, took " + m.total().toMillis() + " ms";
            case Outcome.Switched s ->
                (s.why() == null ? "runs " + s.after() : s.why().why()) + "; " + stoodStill(s);
            case Outcome.Changed c -> "ran " + c.before() + ", runs " + c.after();
            case Outcome.Stopped s -> "its guest went down";
            case Outcome.Started s -> s.already() ? "it ran already" : "it runs";
            case Outcome.Acted a -> "done";
            case Outcome.Failed f -> f.why().why() + (f.retryable() ? " (will be tried again)" : "");
            case Outcome.Unknown u -> "unknown: " + u.why().why();
        };
    }

    private static String stoodStill(Outcome.Switched switched) {
        return switched.stood().stream()
                .map(Outcome.Stood::stop)
                .max(Duration::compareTo)
                .map(longest ->
                        switched.stood().size() + " VMs stood still, the longest for " + longest.toMillis() + " ms")
                .orElse("no VM stood still");
    }
}
