package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.core.fleet.Refusal;

/** What an attempt to make a patch live, or to take it out, came to. */
sealed interface GoneIn {
    /** As it was wanted. */
    record Done() implements GoneIn {}

    /** Not, and all is as it was before. */
    record Refused(Refusal why) implements GoneIn {}

    /** Nobody can say that all is as it was. */
    record Stuck(Refusal why) implements GoneIn {}
}
