package dev.evenkeel.core.engine;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Something worth telling people, kept in the outbox in the order of commits.
 *
 * @param type in the past tense, such as {@code VmMoved}
 * @param text one sentence
 * @param data names and values: {@code run}, {@code rollout}, {@code host}, {@code vm} where they apply
 */
public record Notice(Instant at, Level level, String type, RunId run, String text, SortedMap<String, String> data) {
    public Notice {
        data = Collections.unmodifiableSortedMap(new TreeMap<>(data));
    }

    /** How urgent it is; {@code ALARM} wakes a person. */
    public enum Level {
        INFO,
        WARNING,
        ALARM
    }
}
