package dev.evenkeel.agent.hotpatch.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process of this host.
 *
 * @param started when, in the kernel's clock ticks since boot: with the pid it tells a process from a later one of the same number
 */
public record TargetProcess(long pid, long started, String command) {
    private static final Path PROC = Path.of("/proc");

    /** All but this one. */
    static List<TargetProcess> all() throws IOException {
        List<TargetProcess> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path each : processes) {
                long pid = Long.parseLong(each.getFileName().toString());
                if (pid != ProcessHandle.current().pid()) {
                    of(pid).ifPresent(found::add);
                }
            }
        }
        found.sort((a, b) -> Long.compare(a.pid(), b.pid()));
        return found;
    }

    static Optional<TargetProcess> of(long pid) {
        try {
            // proc_pid_stat(5); the second field may have spaces in it
            String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            String command = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
            boolean ended = fields[0].equals("Z") || fields[0].equals("X");
            return ended ? Optional.empty() : Optional.of(new TargetProcess(pid, Long.parseLong(fields[19]), command));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    boolean isAlive() {
        return of(pid).filter(now -> now.started == started).isPresent();
    }

    Path proc(String file) {
        return PROC.resolve(pid + "/" + file);
    }

    /** Its threads, in order of their numbers. */
    List<Integer> threads() throws IOException {
        List<Integer> threads = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(proc("task"))) {
            for (Path task : tasks) {
                threads.add(Integer.parseInt(task.getFileName().toString()));
            }
        }
        threads.sort(Integer::compare);
        return threads;
    }

    /** The kernel's words on a thread, by name; none when it has ended. */
    Map<String, String> status(int thread) throws IOException {
        Map<String, String> status = new HashMap<>();
        Path file = proc("task/" + thread + "/status");
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    status.put(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                }
            }
        } catch (IOException e) {
            if (Files.exists(file)) {
                throw e;
            }
            return Map.of();
        }
        return status;
    }

    /** Whether a thread runs no more, though the kernel may list it still. */
    boolean hasEnded(int thread) throws IOException {
        return status(thread).getOrDefault("State", "X").matches("[ZX].*");
    }

    /**
     * One line of {@code maps}.
     *
     * @param path empty for memory that is of no file
     */
    record Mapping(long start, long end, String rights, long offset, String path) {
        /** Path without what the kernel says of a file that is no more under its name. */
        String file() {
            return path.endsWith(" (deleted)") ? path.substring(0, path.length() - " (deleted)".length()) : path;
        }

        boolean has(long address) {
            return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
        }
    }

    List<Mapping> mappings() throws IOException {
        List<Mapping> mappings = new ArrayList<>();
        for (String line : Files.readAllLines(proc("maps"), StandardCharsets.UTF_8)) {
            String[] words = line.split(" +", 6);
            String[] range = words[0].split("-");
            mappings.add(new Mapping(
                    Long.parseUnsignedLong(range[0], 16),
                    Long.parseUnsignedLong(range[1], 16),
                    words[1],
                    Long.parseUnsignedLong(words[2], 16),
                    words.length < 6 ? "" : words[5]));
        }
        return mappings;
    }
}
