package dev.evenkeel.core.update;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.Vm;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A versioned change to one component, with a payload for each method it supports.
 *
 * @param version the version of the component that the update brings
 * @param methods payload by method
 * @param verify what must run afterwards: name as in {@link HostFacts#versions} to version or prefix of it that ends
 *     at a dot, such as {@code qemu: "11.1"}
 */
public record Update(
        UpdateId id,
        String version,
        Component component,
        Severity severity,
        String title,
        Map<Method, Payload> methods,
        SortedMap<String, String> verify) {
    public Update {
        EnumMap<Method, Payload> copy = new EnumMap<>(Method.class);
        copy.putAll(methods);
        methods = Collections.unmodifiableMap(copy);
        verify = Collections.unmodifiableSortedMap(new TreeMap<>(verify));
    }

    public Optional<Payload> payload(Method method) {
        return Optional.ofNullable(methods.get(method));
    }

    /** Whether the host already runs what this update brings. */
    public boolean isOn(HostFacts facts) {
        return isOn(facts.versions());
    }

    /**
     * Whether the update has come to everything on a host that it is for: to the host, and where it can replace VMMs under
     * VMs, to those too.
     */
    public boolean isAllOver(Host host, Fleet fleet) {
        return isOn(host.facts())
                && (payload(Method.PRESERVE_VMM).isEmpty()
                        || fleet.aliveOn(host.id()).stream().allMatch(Vm::settled));
    }

    /** Whether what runs, by name as in {@link HostFacts#versions}, is what this update brings. */
    public boolean isOn(SortedMap<String, String> running) {
        return !verify.isEmpty()
                && verify.entrySet().stream().allMatch(want -> matches(running.get(want.getKey()), want.getValue()));
    }

    /** Whether {@code running} is {@code wanted} or a refinement of it: 11.1.3 matches 11.1, 11.10 does not. */
    public static boolean matches(@org.jspecify.annotations.Nullable String running, String wanted) {
        return running != null && (running.equals(wanted) || running.startsWith(wanted + "."));
    }
}
