package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.packages.QemuHook;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The script that libvirt's daemons run before they start a VM (https://libvirt.org/hooks.html), beside any of the operator's own. */
final class Hook {
    private static final String NAME = "50-evenkeel-handover";
    private static final Pattern MEMORY =
            Pattern.compile("^\\s*memory_backing_dir\\s*=\\s*\"(.*)\"", Pattern.MULTILINE);

    private Hook() {}

    /**
     * Puts the script into a daemon's configuration.
     *
     * @return false when it was there already, the same
     */
    static boolean install(Path configuration) throws IOException {
        try (InputStream in = Objects.requireNonNull(Hook.class.getResourceAsStream("qemu-hook.sh"))) {
            return QemuHook.put(
                    configuration.resolve("hooks"), NAME, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
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
