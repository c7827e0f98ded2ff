package dev.evenkeel.agent.journal;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import java.time.Instant;
import java.util.Optional;

/** One line of the journal. */
sealed interface Entry {
    /** An effect is about to be carried out. */
    record Started(EffectOrder order, Instant at) implements Entry {}

    /** An effect has ended, or was refused before it began; a later line about the same effect replaces this one. */
    record Ended(RunId run, EffectId effect, Outcome outcome, Instant at) implements Entry {}

    /** The server has the outcome. */
    record Confirmed(EffectId effect) implements Entry {}

    /** No order of an older epoch is taken. */
    record Epoch(long newest) implements Entry {}

    /** The kinds by the letter that stands for each in the file. */
    static Optional<Class<? extends Entry>> kind(char letter) {
        return switch (letter) {
            case 'S' -> Optional.of(Started.class);
            case 'E' -> Optional.of(Ended.class);
            case 'C' -> Optional.of(Confirmed.class);
            case 'N' -> Optional.of(Epoch.class);
            default -> Optional.empty();
        };
    }

    default char letter() {
        return switch (this) {
            case Started s -> 'S';
            case Ended e -> 'E';
            case Confirmed c -> 'C';
            case Epoch n -> 'N';
        };
    }
}
