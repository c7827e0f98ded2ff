package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What a Debian package says of itself.
 *
 * @param size bytes
 */
record DebFile(String name, String version, String sha256, long size) {

    /** @throws CommandFailed when it is no package, or there is no dpkg-deb to ask */
    static DebFile read(Path file) {
        if (!Files.isReadable(file)) {
            throw new CommandFailed(ExitCode.USAGE, "the package " + file + " cannot be read");
        }
        Map<String, String> fields = new TreeMap<>();
        for (String line : ask(file).split("\n")) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 2).strip());
            }
        }
        String name = fields.get("Package");
        String version = fields.get("Version");
        if (name == null || version == null) {
            throw new CommandFailed(ExitCode.USAGE, file + " is a package without a name or a version");
        }
        try {
            return new DebFile(name, version, ManifestFile.sha256(file), Files.size(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String ask(Path file) {
        try {
            Process process = new ProcessBuilder(List.of("dpkg-deb", "--field", file.toString(), "Package", "Version"))
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new CommandFailed(ExitCode.USAGE, file + " is no Debian package: " + said.strip());
            }
            return said;
        } catch (IOException e) {
            throw new CommandFailed(
                    ExitCode.USAGE, "dpkg-deb, which reads packages, cannot be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "interrupted");
        }
    }
}
