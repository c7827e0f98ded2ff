package dev.evenkeel.core.update;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.Vm;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A versioned change to one component, with a payload for each method it supports.
 *
 * @param version the version of the component that the update brings
 * @param methods payload by method
 * @param verify what must run afterwards: name as in {@link HostFacts#versions} to version or prefix of it that ends
 *     at a dot, such as {@code qemu: "11.1"}
 * @param deadline when the fix should be everywhere, for its security; null when there is no such time
 * @param appliesTo the hosts that it is for; null when it is for all
 * @param requires updates that must be on a host before
 * @param conflicts updates that must not be on a host
 */
public record Update(
        UpdateId id,
        String version,
        Component component,
        Severity severity,
        String title,
        Map<Method, Payload> methods,
        SortedMap<String, String> verify,
        @Nullable Instant deadline,
        @Nullable AppliesTo appliesTo,
        List<UpdateId> requires,
        List<UpdateId> conflicts) {
    public Update {
        requires = List.copyOf(requires);
        conflicts = List.copyOf(conflicts);
        EnumMap<Method, Payload> copy = new EnumMap<>(Method.class);
        copy.putAll(methods);
        methods = Collections.unmodifiableMap(copy);
        verify = Collections.unmodifiableSortedMap(new TreeMap<>(verify));
    }

    /** One for every host, whatever else is on it. */
    public Update(
            UpdateId id,
            String version,
            Component component,
            Severity severity,
            String title,
            Map<Method, Payload> methods,
            SortedMap<String, String> verify) {
        this(id, version, component, severity, title, methods, verify, null, null, List.of(), List.of());
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

    /** Whether what runs, by name as in {@link HostFacts#versions}, is what this update brings, by whatever method. */
    public boolean isOn(SortedMap<String, String> running) {
        return isPatchedIn(running)
                || !verify.isEmpty()
                        && verify.entrySet().stream()
                                .allMatch(want -> matches(running.get(want.getKey()), want.getValue()));
    }

    /** Whether what runs has all of this update's hot patches that are for it. */
    public boolean isPatchedIn(SortedMap<String, String> running) {
        List<PatchFile> here = patchesFor(running);
        return !here.isEmpty()
                && here.stream().allMatch(patch -> patch.version().equals(running.get(patch.fact())));
    }

    /** The hot patches for what runs: of the kernel's those for that very release. */
    public List<PatchFile> patchesFor(SortedMap<String, String> running) {
        return payload(Method.HOT_PATCH).map(Payload::patches).orElse(List.of()).stream()
                .filter(patch -> patch.kind() != PatchFile.Kind.LIVEPATCH
                        || patch.target().equals(running.get("kernel")))
                .toList();
    }

    /** Whether {@code running} is {@code wanted} or a refinement of it: 11.1.3 matches 11.1, 11.10 does not. */
    public static boolean matches(@Nullable String running, String wanted) {
        return running != null && (running.equals(wanted) || running.startsWith(wanted + "."));
    }
}
