package dev.evenkeel.lab;

import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What this machine must have for a lab, and where Evenkeel itself is on it. */
final class Machine {
    private static final Map<String, String> PROGRAMS = new LinkedHashMap<>();

    static {
        PROGRAMS.put("ip", "iproute2");
        PROGRAMS.put("tc", "iproute2");
        PROGRAMS.put("mmdebstrap", "mmdebstrap");
        PROGRAMS.put("gcc", "gcc");
        PROGRAMS.put("readelf", "binutils");
        PROGRAMS.put("cpio", "cpio");
        PROGRAMS.put("lz4", "lz4");
        PROGRAMS.put("dpkg-deb", "dpkg");
        PROGRAMS.put("unshare", "util-linux");
        PROGRAMS.put("nsenter", "util-linux");
    }

    private Machine() {}

    /** Whether this process may make namespaces and mounts. */
    static boolean root() throws IOException {
        return Command.of("id", "-u").check().strip().equals("0");
    }

    /** An error with the remedy where something is missing. */
    static void require() throws IOException {
        if (!System.getProperty("os.arch").equals("amd64")) {
            throw new IOException("The lab runs on amd64 machines only; this one is " + System.getProperty("os.arch"));
        }
        if (!root()) {
            throw new IOException("The lab makes namespaces and mounts and must be run as root; try sudo");
        }
        List<String> packages = new ArrayList<>();
        for (Map.Entry<String, String> entry : PROGRAMS.entrySet()) {
            boolean there =
                    Command.of("sh", "-c", "command -v " + entry.getKey()).run().ok();
            if (!there && !packages.contains(entry.getValue())) {
                packages.add(entry.getValue());
            }
        }
        boolean staticC = Files.exists(Path.of("/usr/lib/x86_64-linux-gnu/libc.a"));
        if (!staticC) {
            packages.add("libc6-dev");
        }
        if (!packages.isEmpty()) {
            throw new IOException("The lab needs more Debian packages; run: apt-get install --no-install-recommends "
                    + String.join(" ", packages));
        }
    }

    /** The JDK this process runs on, for the hosts to run agents with. */
    static Path jdk() {
        return Path.of(System.getProperty("java.home"));
    }

    /**
     * The directory with all of Evenkeel's jars: {@code EVENKEEL_LIB}, else where this class's own jar is, else
     * {@code dist/target/lib} of the source tree this process runs in.
     */
    static Optional<Path> lib() {
        String named = System.getenv("EVENKEEL_LIB");
        if (named != null) {
            return Optional.of(Path.of(named).toAbsolutePath());
        }
        Path here = Path.of(Machine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        Path parent = here.getParent();
        if (here.toString().endsWith(".jar") && parent != null && parent.endsWith("lib")) {
            return Optional.of(parent);
        }
        for (Path up = Path.of("").toAbsolutePath(); up != null; up = up.getParent()) {
            Path lib = up.resolve("dist/target/lib");
            if (Files.isDirectory(lib)) {
                return Optional.of(lib);
            }
        }
        return Optional.empty();
    }
}
