package dev.evenkeel.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Memory of processes, MiB, from proc(5). */
final class Resident {
    private static final Pattern RSS = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
    private static final Pattern PSS = Pattern.compile("(?m)^Pss:\\s+(\\d+) kB$");

    private Resident() {}

    /** The resident set in the text of {@code /proc/PID/status}; empty where it has none, as a process that has ended. */
    static OptionalDouble rssMib(String status) {
        return first(RSS, status);
    }

    /** The proportional set in the text of {@code /proc/PID/smaps_rollup}. */
    static OptionalDouble pssMib(String rollup) {
        return first(PSS, rollup);
    }

    /** The proportional sets of all that a process started and that still runs, added up. */
    static double childrenPssMib(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .mapToDouble(child -> pssMib(read(Path.of("/proc", Long.toString(child.pid()), "smaps_rollup")))
                        .orElse(0))
                .sum();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return ""; // it ended meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static OptionalDouble first(Pattern kilobytes, String text) {
        Matcher found = kilobytes.matcher(text);
        return found.find() ? OptionalDouble.of(Long.parseLong(found.group(1)) / 1024.0) : OptionalDouble.empty();
    }
}
