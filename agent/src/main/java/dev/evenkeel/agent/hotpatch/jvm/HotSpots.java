package dev.evenkeel.agent.hotpatch.jvm;

import com.sun.tools.attach.VirtualMachine;
import com.sun.tools.attach.VirtualMachineDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Finds the HotSpot JVMs of this host by what the kernel says of its processes; none of them is touched by that. */
final class HotSpots {
    private static final int SIGQUIT = 3;
    private static final Path PROC = Path.of("/proc");

    /** Options of the java command whose value is the next word. */
    private static final Set<String> WITH_VALUE = Set.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--limit-modules",
            "--add-exports",
            "--add-opens",
            "--add-reads",
            "--patch-module",
            "--enable-native-access",
            "--source");

    private HotSpots() {}

    /** All but the one that this runs in, in order of their pids. */
    static List<TargetJvm> all() {
        Map<Long, String> commands = commands();
        List<TargetJvm> found = new ArrayList<>();
        long self = ProcessHandle.current().pid();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (pid != self) {
                    look(pid, commands).ifPresent(found::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the processes of this host can't be listed", e);
        }
        found.sort((a, b) -> Long.compare(a.pid(), b.pid()));
        return found;
    }

    private static Optional<TargetJvm> look(long pid, Map<Long, String> commands) {
        Path process = PROC.resolve(Long.toString(pid));
        try {
            if (!isHotSpot(process)) {
                return Optional.empty();
            }
            OptionalLong started = started(pid);
            Map<String, String> status = status(pid);
            String listed = commands.getOrDefault(pid, "");
            String command = listed.isBlank() ? command(Files.readString(process.resolve("cmdline"))) : listed;
            return started.isEmpty() || command.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new TargetJvm(
                            pid,
                            started.getAsLong(),
                            command,
                            Integer.parseInt(status.getOrDefault("Uid", "0 0").split("\\s+")[1]),
                            Integer.parseInt(status.getOrDefault("Gid", "0 0").split("\\s+")[1]),
                            Files.getOwner(process).getName()));
        } catch (IOException e) {
            return Optional.empty(); // ended while it was looked at
        }
    }

    /** A process whose mappings nobody shows us counts when its command is java: it can then be named, if not patched. */
    private static boolean isHotSpot(Path process) throws IOException {
        try {
            String maps = Files.readString(process.resolve("maps"), StandardCharsets.ISO_8859_1);
            return maps.contains("/libjvm.so") && !maps.contains("/libj9");
        } catch (java.nio.file.AccessDeniedException e) {
            return Files.readString(process.resolve("comm")).strip().equals("java");
        }
    }

    /** When a process started, in clock ticks since boot; empty when there is none of this number. */
    static OptionalLong started(long pid) {
        try {
            String[] fields = stat(pid);
            return fields[0].equals("Z") || fields[0].equals("X")
                    ? OptionalLong.empty()
                    : OptionalLong.of(Long.parseLong(fields[19]));
        } catch (IOException | RuntimeException e) {
            return OptionalLong.empty();
        }
    }

    /** The fields of proc_pid_stat(5) from the third on; the second may have spaces in it. */
    private static String[] stat(long pid) throws IOException {
        String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    static Map<String, String> status(long pid) throws IOException {
        Map<String, String> status = new HashMap<>();
        for (String line : Files.readAllLines(PROC.resolve(pid + "/status"), StandardCharsets.ISO_8859_1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                status.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return status;
    }

    /**
     * Whether a process can be attached to without harm. Attaching begins with SIGQUIT, which ends a process that does not handle it:
     * one that is no JVM, or one with {@code -Xrs}, or one that has only just started.
     */
    static boolean isListening(TargetJvm jvm) throws IOException {
        Map<String, String> status = status(jvm.pid());
        long caught = Long.parseUnsignedLong(status.getOrDefault("SigCgt", "0"), 16);
        String[] pids = status.getOrDefault("NSpid", Long.toString(jvm.pid())).split("\\s+");
        boolean socket = Files.exists(jvm.proc("root/tmp/.java_pid" + pids[pids.length - 1]));
        return isHotSpot(jvm.proc("")) && (socket || (caught >> (SIGQUIT - 1) & 1) == 1);
    }

    /** What JVMs say of themselves in their performance data, by pid; many say nothing. */
    private static Map<Long, String> commands() {
        Map<Long, String> commands = new HashMap<>();
        for (VirtualMachineDescriptor each : VirtualMachine.list()) {
            if (each.id().matches("\\d+")) {
                commands.put(Long.parseLong(each.id()), each.displayName());
            }
        }
        return commands;
    }

    /** Main class or jar and arguments, out of a command line whose words end in NUL. */
    static String command(String line) {
        String[] words = line.split("\0");
        for (int i = 1; i < words.length; i++) {
            if (words[i].equals("-jar") || words[i].equals("-m") || words[i].equals("--module")) {
                return rest(words, i + 1);
            } else if (WITH_VALUE.contains(words[i])) {
                i++;
            } else if (!words[i].startsWith("-") && !words[i].startsWith("@")) {
                return rest(words, i);
            }
        }
        return "";
    }

    private static String rest(String[] words, int from) {
        return String.join(" ", java.util.Arrays.asList(words).subList(from, words.length));
    }
}
