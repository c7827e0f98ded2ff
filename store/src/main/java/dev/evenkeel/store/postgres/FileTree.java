package dev.evenkeel.store.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** What java.nio lacks: trees, owners by number, synced writes. */
final class FileTree {
    private FileTree() {}

    /** Deletes a directory with all below it, not following links; nothing happens when it is not there. */
    static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> all;
        try (var tree = Files.walk(root)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }

    /** Deletes all files in a directory. */
    static void empty(Path directory) throws IOException {
        List<Path> entries;
        try (var listed = Files.list(directory)) {
            entries = listed.toList();
        }
        for (Path entry : entries) {
            delete(entry);
        }
    }

    static int owner(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid");
    }

    static boolean isEmpty(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }
}
