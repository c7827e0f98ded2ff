package dev.evenkeel.agent.migrate;

/** How a move stands, in the words of the engine's probe. */
public sealed interface Standing {
    /** The VM is here and nothing moves it. */
    record AtSource(String evidence) implements Standing {}

    /** It is on its way. */
    record Moving(String evidence) implements Standing {}

    /** It lives on the destination. */
    record AtDestination(String evidence) implements Standing {}

    /** It is running nowhere. */
    record Dead(String evidence) implements Standing {}

    /** Nobody can say. */
    record Unknown(String evidence) implements Standing {}

    static Standing of(EndView source, EndView destination, boolean pausedBefore, boolean migrating) {
        String evidence = "this host " + source.inWords() + "; the destination " + destination.inWords();
        if (migrating) {
            return new Moving(evidence);
        }
        return switch (Settlement.decide(source, destination, pausedBefore, false)) {
            case Settlement.Verdict.Moved m -> new AtDestination(evidence);
            case Settlement.Verdict.Stayed s -> new AtSource(evidence);
            case Settlement.Verdict.Dead d -> new Dead(evidence);
            case Settlement.Verdict.ShutOff s -> new AtSource(evidence);
            case Settlement.Verdict.Lost l -> new Dead(evidence);
            case Settlement.Verdict.Broken b -> new Moving(evidence);
            case Settlement.Verdict.Unsettled u -> new Unknown(u.why() + ": " + evidence);
            case Settlement.Verdict.HandsOff h -> new Unknown(h.why() + ": " + evidence);
        };
    }
}
