package dev.evenkeel.lab.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A process that cannot be mistaken for a later one of the same number.
 *
 * @param pid number in the machine's own PID namespace
 * @param startTicks when it started, in clock ticks since boot (field 22 of {@code /proc/PID/stat}, proc(5))
 */
public record ProcessMark(long pid, long startTicks) {
    /** The mark of a running process; empty where there is none of that number. */
    public static Optional<ProcessMark> of(long pid) {
        OptionalLong start = startOf(pid);
        return start.isPresent() ? Optional.of(new ProcessMark(pid, start.getAsLong())) : Optional.empty();
    }

    /** The form kept in files: {@code PID:TICKS}. */
    @Override
    public String toString() {
        return pid + ":" + startTicks;
    }

    /** Reads the form that {@link #toString} writes. */
    public static ProcessMark parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not PID:TICKS: " + text);
        }
        return new ProcessMark(Long.parseLong(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
    }

    public boolean alive() {
        OptionalLong start = startOf(pid);
        return start.isPresent() && start.getAsLong() == startTicks;
    }

    /** Sends SIGTERM, or nothing where that process is gone. */
    public void terminate() throws IOException {
        signal("TERM");
    }

    /** Sends SIGKILL, or nothing where that process is gone. */
    public void kill() throws IOException {
        signal("KILL");
    }

    /** Sends a signal by name, or nothing where that process is gone. */
    public void signal(String name) throws IOException {
        if (alive()) {
            Command.of("kill", "-" + name, Long.toString(pid)).run();
        }
    }

    /** Waits until it is gone; false where it still lives after the limit. */
    public boolean awaitEnd(Duration limit) throws IOException {
        return Await.until(limit, () -> !alive());
    }

    private static OptionalLong startOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            if (afterName[0].equals("Z") || afterName[0].equals("X")) {
                return OptionalLong.empty(); // dead, and only not yet reaped
            }
            return OptionalLong.of(Long.parseLong(afterName[19]));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty(); // it ended while we read
        }
    }
}
