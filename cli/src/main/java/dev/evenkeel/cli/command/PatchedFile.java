package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.core.update.PatchFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a hot patch's file says of itself: a kernel module in its {@code .modinfo}, a jar in its main attributes, a native patch in its
 * {@code .evenkeel.patch}. How they are made is in docs/hot-patching.md.
 *
 * @param target as in {@link PatchFile}
 * @param size bytes
 */
record PatchedFile(PatchFile.Kind kind, String name, String version, String target, String sha256, long size) {

    /**
     * @param version of the update, which a kernel module takes, as it has none of its own
     * @throws CommandFailed when it is no hot patch
     */
    static PatchedFile read(Path file, String version) {
        String name = String.valueOf(file.getFileName());
        try {
            if (name.endsWith(".ko")) {
                String text = text(file);
                String release = said(file, text, "vermagic").split(" ", 2)[0];
                said(file, text, "livepatch");
                return new PatchedFile(
                        PatchFile.Kind.LIVEPATCH, said(file, text, "name"), version, release, digest(file), size(file));
            }
            if (name.endsWith(".jar")) {
                return jar(file);
            }
            if (name.endsWith(".so")) {
                String text = text(file);
                return new PatchedFile(
                        PatchFile.Kind.NATIVE,
                        said(file, text, "name"),
                        said(file, text, "version"),
                        said(file, text, "build-id"),
                        digest(file),
                        size(file));
            }
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, "the hot patch " + file + " cannot be read: " + e.getMessage());
        }
        throw new CommandFailed(
                ExitCode.USAGE, file + " is no hot patch: those are .ko (kernel), .jar (JVM) or .so (native) files");
    }

    private static PatchedFile jar(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            Manifest manifest = jar.getManifest();
            Attributes main = manifest == null ? new Attributes() : manifest.getMainAttributes();
            return new PatchedFile(
                    PatchFile.Kind.JVM,
                    attribute(file, main, "Evenkeel-Patch-Name"),
                    attribute(file, main, "Evenkeel-Patch-Version"),
                    attribute(file, main, "Evenkeel-Patch-Target").split("\\s+", 2)[0],
                    digest(file),
                    size(file));
        }
    }

    private static String attribute(Path file, Attributes main, String name) {
        String value = main.getValue(name);
        if (value == null || value.isBlank()) {
            throw new CommandFailed(ExitCode.USAGE, file + " is no patch for JVMs: its manifest has no " + name);
        }
        return value.strip();
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    /** Both sections hold {@code key=value}, ended by a NUL or a line's end. */
    private static String said(Path file, String text, String key) {
        Matcher value = Pattern.compile("[\\x00\n]" + Pattern.quote(key) + "=([^\\x00\n]+)")
                .matcher("\n" + text);
        if (!value.find()) {
            throw new CommandFailed(ExitCode.USAGE, file + " is no hot patch: it does not say its \"" + key + "\"");
        }
        return value.group(1).strip();
    }

    private static String digest(Path file) {
        return ManifestFile.sha256(file);
    }

    private static long size(Path file) throws IOException {
        return Files.size(file);
    }
}
