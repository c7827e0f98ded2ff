package dev.evenkeel.agent.hotpatch.jvm.inside;

/** How far a patch is in in one JVM. */
public enum Standing {
    /** None of its classes is loaded yet: the first one that is will be the new one. */
    WAITING,
    /** A class of it was loaded after it was applied, and nobody has run the check since. */
    UNPROVEN,
    /** The check gave what the patch says. */
    PROVEN,
    /** A class of it was loaded later that has another shape than the patch's, and was left alone. */
    LEFT_ALONE
}
