package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The hook by which libvirt asks before a VM starts or arrives. It lies in {@code hooks/qemu.d}, which libvirt reads since
 * 6.5 beside an operator's own {@code hooks/qemu}, so nothing of theirs is touched.
 *
 * @see <a href="https://libvirt.org/hooks.html">libvirt, hooks for specific system management</a>
 */
public final class QemuHook {
    private static final String NAME = "evenkeel";

    private final Path hooks;
    private final Path mark;

    /**
     * @param hooks libvirt's directory of hooks, usually {@code /etc/libvirt/hooks}
     * @param state the agent's directory; its path may hold no single quote
     */
    public QemuHook(Path hooks, Path state) {
        this.hooks = hooks;
        this.mark = state.toAbsolutePath().resolve("closed-for-maintenance");
    }

    /** The file that closes the host while it exists. */
    public Path mark() {
        return mark;
    }

    /** Puts the hook in place, whole or not at all; one that is right already is left alone. */
    public void install() throws IOException {
        put(hooks, NAME, text());
    }

    /**
     * Puts a script beside those that libvirt runs for QEMU's VMs. A daemon looks for scripts when it starts or reloads.
     *
     * @return false when it was there already, the same
     */
    public static boolean put(Path hooks, String name, String script) throws IOException {
        Path file = hooks.resolve("qemu.d").resolve(name);
        if (Files.isExecutable(file) && Files.readString(file).equals(script)) {
            return false;
        }
        Files.createDirectories(file.getParent());
        // libvirt runs whatever lies in that directory, so the file is made elsewhere on the same file system
        Path beside = Files.createTempFile(
                hooks,
                "." + name,
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            Files.writeString(beside, script);
            Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
        return true;
    }

    private String text() throws IOException {
        String path = mark.toString();
        if (path.indexOf('\'') >= 0) {
            throw new IOException(
                    "the agent's state directory " + path + " has a single quote in its path; use another");
        }
        try (InputStream in = QemuHook.class.getResourceAsStream("qemu-hook.sh")) {
            if (in == null) {
                throw new IllegalStateException("qemu-hook.sh is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("@MARK@", path);
        }
    }
}
