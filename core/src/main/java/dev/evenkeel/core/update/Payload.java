package dev.evenkeel.core.update;

import java.util.List;

/**
 * What one method brings to a host.
 *
 * @param packages installed together, in one go
 * @param previous the packages they replace, for undo
 * @param removeOnUndo names of packages that were not there before
 * @param restart services that must be restarted to run the new code
 */
public record Payload(
        List<PackageFile> packages, List<PackageFile> previous, List<String> removeOnUndo, List<String> restart) {
    public Payload {
        packages = List.copyOf(packages);
        previous = List.copyOf(previous);
        removeOnUndo = List.copyOf(removeOnUndo);
        restart = List.copyOf(restart);
    }
}
