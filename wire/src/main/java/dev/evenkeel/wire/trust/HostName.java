package dev.evenkeel.wire.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The name that this machine gives itself, for certificates and ids. */
public final class HostName {
    private static final Path KERNELS = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    /**
     * In lower case. Asked of the kernel (proc(5)) and not of the resolver as {@link java.net.InetAddress#getLocalHost}
     * does: a machine whose name nobody resolves is a good machine.
     */
    public static String own() throws IOException {
        return Files.readString(KERNELS).strip().toLowerCase(Locale.ROOT);
    }
}
