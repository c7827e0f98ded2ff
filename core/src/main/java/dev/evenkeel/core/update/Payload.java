package dev.evenkeel.core.update;

import java.util.List;
import java.util.stream.Stream;

/**
 * What one method brings to a host.
 *
 * @param packages installed together, in one go
 * @param previous the packages they replace, for undo
 * @param removeOnUndo names of packages that were not there before
 * @param restart services that must be restarted to run the new code
 * @param patches hot patches; those built for what a host runs are made live there, and no package is installed
 */
public record Payload(
        List<PackageFile> packages,
        List<PackageFile> previous,
        List<String> removeOnUndo,
        List<String> restart,
        List<PatchFile> patches) {
    public Payload {
        packages = List.copyOf(packages);
        previous = List.copyOf(previous);
        removeOnUndo = List.copyOf(removeOnUndo);
        restart = List.copyOf(restart);
        patches = patches == null ? List.of() : List.copyOf(patches); // null in manifests kept before there were any
    }

    /** Packages and no hot patch. */
    public Payload(
            List<PackageFile> packages, List<PackageFile> previous, List<String> removeOnUndo, List<String> restart) {
        this(packages, previous, removeOnUndo, restart, List.of());
    }

    /** Hot patches only. */
    public static Payload of(List<PatchFile> patches) {
        return new Payload(List.of(), List.of(), List.of(), List.of(), patches);
    }

    /** Every file that must be there before anything is begun: those for the way forward and for the way back. */
    public List<PayloadFile> files() {
        return Stream.<List<? extends PayloadFile>>of(packages, previous, patches)
                .<PayloadFile>flatMap(List::stream)
                .toList();
    }
}
