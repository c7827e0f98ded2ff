package dev.evenkeel.it;

import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A real update that takes a second: one Debian package that makes the host's CPU report a newer microcode, by showing another
 * {@code /proc/cpuinfo}. Its installation and removal can be held up, so that a test can do things while dpkg runs. For hosts that are
 * taken in place it is made to replace QEMU by one that is a byte longer, and otherwise the same.
 */
final class SmallUpdate {
    private static final String HOLD = "/run/lab/dpkg.hold";
    private static final String RUNS = "/run/lab/dpkg.runs";
    private static final String WAIT = """
            touch %s
            while [ -e %s ]; do sleep 0.1; done
            rm -f %s
            """.formatted(RUNS, HOLD, RUNS);
    private static final String HIDE = "while umount /proc/cpuinfo 2>/dev/null; do :; done\n";
    private static final String REPLACE = """
            cp -a /usr/bin/qemu-system-x86_64 /usr/bin/qemu.new
            %s /usr/bin/qemu.new
            mv /usr/bin/qemu.new /usr/bin/qemu-system-x86_64
            """;

    private SmallUpdate() {}

    static String id(int number) {
        return "microcode-" + number;
    }

    /** Makes the directory that {@code update apply -f} takes, for hosts that are emptied. */
    static Path make(Path parent, int number) throws IOException {
        return make(parent, number, "FIRMWARE", "MIGRATE", "", "");
    }

    /** The same for hosts whose VMs can't be moved, and whose owners are asked. */
    static Path offered(Path parent, int number) throws IOException {
        return make(parent, number, "FIRMWARE", "SELF_SERVICE", "", "");
    }

    /** The same for hosts that are taken in place, with a new QEMU. @param more is done when dpkg configures it */
    static Path inPlace(Path parent, int number, String more) throws IOException {
        String longer = REPLACE.formatted("printf x >>");
        String shorter = REPLACE.formatted("truncate -s -1");
        return make(parent, number, "VMM", "PRESERVE_VMM", longer + more, shorter);
    }

    private static Path make(
            Path parent, int number, String component, String method, String atPostinst, String atPrerm)
            throws IOException {
        String name = "ek-microcode-" + number;
        Path directory = Files.createDirectories(parent.resolve(name));
        Path tree = parent.resolve(name + ".tree");
        Files.createDirectories(tree.resolve("DEBIAN"));
        Files.writeString(tree.resolve("DEBIAN/control"), """
                Package: %s
                Version: %d
                Architecture: all
                Maintainer: nobody <nobody@example.com>
                Description: a newer microcode for hosts of a test
                """.formatted(name, number));
        script(tree, "preinst", WAIT);
        script(tree, "postinst", HIDE + """
                grep -v ^microcode /proc/cpuinfo >/run/lab/cpuinfo.%1$d
                echo "microcode : 0xee%1$d" >>/run/lab/cpuinfo.%1$d
                mount --bind /run/lab/cpuinfo.%1$d /proc/cpuinfo
                """.formatted(number) + atPostinst);
        script(tree, "prerm", WAIT + HIDE + atPrerm);
        Path deb = directory.resolve(name + "_" + number + "_all.deb");
        Command.of("dpkg-deb", "--root-owner-group", "-Zgzip", "--build", tree.toString(), deb.toString())
                .check();
        Files.writeString(directory.resolve("update.yaml"), """
                id: %s
                version: "%d"
                component: %s
                severity: LOW
                title: A newer microcode
                methods:
                  %s:
                    packages:
                      - { file: %s, sha256: %s, size: %d, name: %s, version: "%d" }
                    previous: []
                    removeOnUndo: [%s]
                    restart: []
                verify: { microcode: "0xee%d" }
                """.formatted(
                        id(number),
                        number,
                        component,
                        method,
                        deb.getFileName(),
                        digest(deb),
                        Files.size(deb),
                        name,
                        number,
                        name,
                        number));
        return directory;
    }

    private static void script(Path tree, String name, String body) throws IOException {
        Path file = Files.writeString(tree.resolve("DEBIAN").resolve(name), "#!/bin/sh\n" + body);
        file.toFile().setExecutable(true, false);
    }

    private static String digest(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }

    /** From now on dpkg stops on this host in the middle of an update. */
    static void hold(LabHost host) throws IOException {
        host.command(java.util.List.of("touch", HOLD)).check();
    }

    static boolean runs(LabHost host) throws IOException {
        return host.exec("test", "-e", RUNS).ok();
    }

    /** dpkg goes on. */
    static void letGo(LabHost host) throws IOException {
        host.command(java.util.List.of("rm", "-f", HOLD)).check();
    }

    /** Whether this update is what the host shows. */
    static boolean isOn(LabHost host, int number) throws IOException {
        return host.exec("grep", "-qx", "microcode : 0xee" + number, "/proc/cpuinfo")
                .ok();
    }
}
