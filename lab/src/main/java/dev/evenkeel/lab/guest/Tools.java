package dev.evenkeel.lab.guest;

import dev.evenkeel.lab.debian.Cache;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The lab's own programs in C, compiled on first use: static, so that they run anywhere, a bare initrd included. */
public final class Tools {
    private static final List<String> PROGRAMS = List.of("guest", "collector", "ask");

    private final Path directory;

    private Tools(Path directory) {
        this.directory = directory;
    }

    public static Tools in(Cache cache) throws IOException {
        StringBuilder sources = new StringBuilder();
        for (String program : PROGRAMS) {
            sources.append(source(program));
        }
        return new Tools(cache.get("tools", sources.toString(), dir -> {
            for (String program : PROGRAMS) {
                Path c = Trees.unpack(Tools.class, "/dev/evenkeel/lab/c/" + program + ".c", dir);
                Command.of(
                                "gcc",
                                "-O2",
                                "-static",
                                "-pthread",
                                "-o",
                                dir.resolve(program).toString(),
                                c.toString())
                        .check();
            }
        }));
    }

    /** Changes whenever a program does. */
    String key() {
        return String.valueOf(directory.getFileName());
    }

    /** The guest's process 1. */
    public Path guest() {
        return directory.resolve("guest");
    }

    /** The receiver of heartbeats. */
    public Path collector() {
        return directory.resolve("collector");
    }

    /** Asks a guest a question. */
    public Path ask() {
        return directory.resolve("ask");
    }

    private static String source(String program) throws IOException {
        try (InputStream in = Tools.class.getResourceAsStream("/dev/evenkeel/lab/c/" + program + ".c")) {
            if (in == null) {
                throw new IOException(program + ".c is missing from the lab's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
