package dev.evenkeel.lab.guest;

import dev.evenkeel.lab.debian.Cache;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The lab's own programs in C, compiled on first use: static, so that they run anywhere, a bare initrd included. */
public final class Tools {
    private static final String RESOURCES = "/dev/evenkeel/lab/c/";
    private static final Map<String, List<String>> PROGRAMS = new TreeMap<>(Map.of(
            "guest", List.of("guest.c", "guest-load.c", "guest-load.h"),
            "collector", List.of("collector.c"),
            "ask", List.of("ask.c")));

    private final Path directory;

    private Tools(Path directory) {
        this.directory = directory;
    }

    public static Tools in(Cache cache) throws IOException {
        StringBuilder sources = new StringBuilder();
        for (List<String> files : PROGRAMS.values()) {
            for (String file : files) {
                sources.append(Trees.text(Tools.class, RESOURCES + file));
            }
        }
        return new Tools(cache.get("tools", sources.toString(), dir -> {
            for (Map.Entry<String, List<String>> program : PROGRAMS.entrySet()) {
                List<String> words = new ArrayList<>(List.of("gcc", "-O2", "-static", "-pthread", "-o"));
                words.add(dir.resolve(program.getKey()).toString());
                for (String file : program.getValue()) {
                    Path unpacked = Trees.unpack(Tools.class, RESOURCES + file, dir);
                    if (file.endsWith(".c")) {
                        words.add(unpacked.toString());
                    }
                }
                Command.of(words).check();
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
}
