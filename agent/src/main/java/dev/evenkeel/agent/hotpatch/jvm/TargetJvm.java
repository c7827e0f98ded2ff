package dev.evenkeel.agent.hotpatch.jvm;

import java.nio.file.Path;

/**
 * A HotSpot JVM on this host.
 *
 * @param pid in the agent's PID namespace
 * @param started when, in the kernel's clock ticks since boot: with the pid it tells a process from a later one of the same number
 * @param command main class or jar with its arguments, as the JVM itself names it ({@code sun.java.command})
 * @param uid user that it runs as, whose name is {@code user}
 */
public record TargetJvm(long pid, long started, String command, int uid, int gid, String user) {
    /** Main class or path of the jar. */
    public String main() {
        int space = command.indexOf(' ');
        return space < 0 ? command : command.substring(0, space);
    }

    /** Whether the very process that was found is still there. */
    boolean isAlive() {
        return HotSpots.started(pid).stream().anyMatch(now -> now == started);
    }

    Path proc(String file) {
        return Path.of("/proc", Long.toString(pid), file);
    }
}
