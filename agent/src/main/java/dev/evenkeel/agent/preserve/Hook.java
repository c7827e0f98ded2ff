package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.packages.QemuHook;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The script that libvirt's daemons run before they start a VM (https://libvirt.org/hooks.html), beside any of the operator's own. */
final class Hook {
    private static final String NAME = "50-evenkeel-handover";
    private static final String KEPT_NAME = "40-evenkeel-kept";
    private static final Pattern MEMORY =
            Pattern.compile("^\\s*memory_backing_dir\\s*=\\s*\"(.*)\"", Pattern.MULTILINE);

    private Hook() {}

    /**
     * Puts the script into a daemon's configuration.
     *
     * @return false when it was there already, the same
     */
    static boolean install(Path configuration) throws IOException {
        return QemuHook.put(configuration.resolve("hooks"), NAME, script("qemu-hook.sh", Map.of()));
    }

    /** The same with the script that is for VMs whose memory is kept while the kernel is replaced. */
    static boolean installKept(Path configuration, Map<String, String> places) throws IOException {
        return QemuHook.put(configuration.resolve("hooks"), KEPT_NAME, script("kept-hook.sh", places));
    }

    /** A script of ours with what stands for places in it filled in. */
    static String script(String name, Map<String, String> places) throws IOException {
        try (InputStream in = Objects.requireNonNull(Hook.class.getResourceAsStream(name))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, String> place : places.entrySet()) {
                if (place.getValue().indexOf('\'') >= 0) {
                    throw new IOException(place.getValue() + " has a single quote in it; use another path");
                }
                text = text.replace('@' + place.getKey() + '@', place.getValue());
            }
            return text;
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
