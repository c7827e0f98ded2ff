package dev.evenkeel.agent.hotpatch.jvm;

import dev.evenkeel.agent.hotpatch.jvm.inside.Answer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The class files that JVMs ran before they were patched, as they were taken from them, under their SHA-256: for people who want to
 * know what was replaced. The JVMs keep them themselves too, and undo by those, so that nothing depends on this directory.
 */
final class OldClasses {
    private final Path directory;

    OldClasses(Path directory) {
        this.directory = directory;
    }

    /** Files {@code classes} (digest, name, loader) and {@code DIGEST.class}. */
    void keep(PatchId patch, TargetJvm jvm, List<Answer.Old> old) throws IOException {
        Path to = of(patch, jvm);
        Files.createDirectories(to);
        for (Answer.Old each : old) {
            Files.write(to.resolve(each.sha256 + ".class"), each.bytes);
        }
        Files.writeString(
                to.resolve("classes"),
                old.stream()
                        .map(each -> each.sha256 + " " + each.name + " " + each.loader + "\n")
                        .collect(Collectors.joining()));
    }

    void drop(PatchId patch, TargetJvm jvm) throws IOException {
        delete(of(patch, jvm));
    }

    /** Forgets JVMs that have ended. */
    void sweep() throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> kept = Files.list(directory)) {
            for (Path patch : kept.toList()) {
                try (DirectoryStream<Path> jvms = Files.newDirectoryStream(patch)) {
                    for (Path jvm : jvms) {
                        String[] key = jvm.getFileName().toString().split("-");
                        if (HotSpots.started(Long.parseLong(key[0])).orElse(-1) != Long.parseLong(key[1])) {
                            delete(jvm);
                        }
                    }
                }
            }
        }
    }

    private Path of(PatchId patch, TargetJvm jvm) {
        return directory.resolve(patch.toString()).resolve(jvm.pid() + "-" + jvm.started());
    }

    private static void delete(Path kept) throws IOException {
        if (!Files.isDirectory(kept)) {
            return;
        }
        try (Stream<Path> files = Files.list(kept)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(kept);
    }
}
