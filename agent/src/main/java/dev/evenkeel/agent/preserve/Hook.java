package dev.evenkeel.agent.preserve;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The script that libvirt's daemons run before they start a VM (https://libvirt.org/hooks.html), beside any of the operator's own. */
final class Hook {
    private static final String NAME = "hooks/qemu.d/50-evenkeel-handover";
    private static final Pattern MEMORY =
            Pattern.compile("^\\s*memory_backing_dir\\s*=\\s*\"(.*)\"", Pattern.MULTILINE);

    private Hook() {}

    /**
     * Puts the script into a daemon's configuration. A daemon looks for scripts when it starts.
     *
     * @return whether it was not there before, or was another
     */
    static boolean install(Path configuration) throws IOException {
        Path file = configuration.resolve(NAME);
        String script;
        try (InputStream in = Objects.requireNonNull(Hook.class.getResourceAsStream("qemu-hook.sh"))) {
            script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (Files.exists(file) && Files.readString(file).equals(script)) {
            return false;
        }
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Path draft = file.resolveSibling(".evenkeel-draft");
        Files.writeString(draft, script);
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        return true;
    }

    /** Where a daemon keeps files that are guests' memory. */
    static Path memoryBackingDirectory(Path configuration) throws IOException {
        Path file = configuration.resolve("qemu.conf");
        if (Files.exists(file)) {
            Matcher line = MEMORY.matcher(Files.readString(file));
            if (line.find()) {
                return Path.of(line.group(1));
            }
        }
        return Path.of("/var/lib/libvirt/qemu/ram");
    }
}
