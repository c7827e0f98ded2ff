package dev.evenkeel.core.fleet;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Why something was not done: expected trouble as a value.
 *
 * @param code stable upper-case word that programs match on
 * @param why one sentence for a person, with the remedy where there is one
 * @param evidence what was seen, as names and values
 */
public record Refusal(String code, String why, SortedMap<String, String> evidence) {
    public Refusal {
        evidence = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(evidence));
    }

    public static Refusal of(String code, String why) {
        return new Refusal(code, why, new TreeMap<>());
    }

    public static Refusal of(String code, String why, Map<String, String> evidence) {
        return new Refusal(code, why, new TreeMap<>(evidence));
    }

    /** The same refusal with one more piece of evidence. */
    public Refusal with(String name, String value) {
        TreeMap<String, String> more = new TreeMap<>(evidence);
        more.put(name, value);
        return new Refusal(code, why, more);
    }
}
