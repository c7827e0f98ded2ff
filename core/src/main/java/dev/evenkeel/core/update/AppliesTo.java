package dev.evenkeel.core.update;

import dev.evenkeel.core.fleet.HostFacts;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The hosts that an update is for; all that is said must hold.
 *
 * @param versions what must run there: name as in {@link HostFacts#versions} to version or prefix of it that ends at a dot
 * @param capabilities mechanisms that must be there, as in {@link HostFacts#capabilities}
 */
public record AppliesTo(SortedMap<String, String> versions, SortedSet<String> capabilities) {
    public AppliesTo {
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        capabilities = Collections.unmodifiableSortedSet(new TreeSet<>(capabilities));
    }
}
