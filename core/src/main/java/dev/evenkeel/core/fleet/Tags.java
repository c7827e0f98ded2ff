package dev.evenkeel.core.fleet;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an owner calls a VM by, so that it can be meant together with others: keys with a value each.
 *
 * @param all at most 50; keys and values are names, and a value may be empty
 */
public record Tags(SortedMap<String, String> all) {
    public static final Tags NONE = new Tags(new TreeMap<>());

    private static final int MOST = 50;

    /** @throws IllegalArgumentException naming the key or value that can't be one, and the remedy */
    public Tags {
        all = Collections.unmodifiableSortedMap(new TreeMap<>(all));
        if (all.size() > MOST) {
            throw new IllegalArgumentException(all.size() + " tags are too many: give at most " + MOST);
        }
        all.forEach((key, value) -> {
            Names.require("tag", key);
            if (!value.isEmpty()) {
                Names.require("tag " + key + "=", value);
            }
        });
    }

    /** @throws IllegalArgumentException as the constructor */
    public static Tags of(Map<String, String> all) {
        return new Tags(new TreeMap<>(all));
    }

    /**
     * Reads one, {@code env=prod}.
     *
     * @throws IllegalArgumentException naming what can't be read, and the remedy
     */
    public static Tags parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("tag \"" + text + "\" has no value: write it as KEY=VALUE");
        }
        return of(Map.of(
                text.substring(0, equals).strip(), text.substring(equals + 1).strip()));
    }

    /** These and others; of a key that both have, the others' value. */
    public Tags with(Tags others) {
        TreeMap<String, String> both = new TreeMap<>(all);
        both.putAll(others.all);
        return new Tags(both);
    }

    /** Whether each of some is among these, with the same value. */
    public boolean contain(Tags some) {
        return all.entrySet().containsAll(some.all.entrySet());
    }

    public boolean none() {
        return all.isEmpty();
    }

    /** As the metadata has them: {@code env=prod,team=web}. */
    @Override
    public String toString() {
        return all.entrySet().stream()
                .map(tag -> tag.getKey() + '=' + tag.getValue())
                .collect(Collectors.joining(","));
    }
}
