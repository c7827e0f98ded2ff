package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.Refusal;
import java.time.Instant;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What becomes of a run whose own code fails: a person gets it with the exception, and the other runs go on. */
final class SetAside {
    static final String CODE = "RUN_BROKEN";

    private static final int FRAMES = 6;

    private SetAside() {}

    /** Waits for a person and keeps everything it holds. An alarm goes out once, however often the code fails again. */
    static Step step(Run run, RunEvent event, Throwable failure, Instant now) {
        String told = event.getClass().getSimpleName();
        Refusal why = Refusal.of(
                        CODE,
                        "a bug in Evenkeel: run " + run.id() + " cannot take " + told + " in state " + run.stateName()
                                + " (" + failure + "); look at its host, then close or cancel it, and report the bug")
                .with("event", told)
                .with("exception", failure.toString())
                .with("at", frames(failure));
        Run next = run.asksPerson(why, now);
        Step.Builder step = new Step.Builder();
        if (!run.needsPerson() && next.needsPerson()) {
            TreeMap<String, String> data = new TreeMap<>(why.evidence());
            data.put("code", CODE);
            step.notice(new Notice(now, Notice.Level.ALARM, "PersonNeeded", run.id(), why.why(), data));
        }
        return step.to(next);
    }

    private static String frames(Throwable failure) {
        return Arrays.stream(failure.getStackTrace())
                .limit(FRAMES)
                .map(StackTraceElement::toString)
                .collect(Collectors.joining(" < "));
    }
}
