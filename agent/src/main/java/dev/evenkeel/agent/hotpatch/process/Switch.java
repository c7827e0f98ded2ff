package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.process.Installed.Jump;
import dev.evenkeel.agent.hotpatch.process.Ptrace.Failed;
import dev.evenkeel.agent.hotpatch.process.TargetProcess.Mapping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Turns entries to their replacements or back, with all threads of the process standing still. */
final class Switch {
    private static final int TRIES = 10;
    private static final long BETWEEN_NANOS = 20_000_000;

    /** Furthest that a stack is looked through for addresses to return to. */
    private static final int STACK = 256 * 1024;

    private final TargetProcess process;
    private final Memory memory;
    private final Duration limit;

    /** @param limit for all threads to stop, in one try */
    Switch(TargetProcess process, Memory memory, Duration limit) {
        this.process = process;
        this.memory = memory;
        this.limit = limit;
    }

    /** How it went. */
    record Turned(int threads, int tries, Duration stopping, Duration stopped) {}

    /** @param forward to the replacements; else back to the original entries */
    Turned turn(List<Jump> jumps, boolean forward) throws Unpatchable, IOException, Failed {
        String hindrance = "";
        for (int tries = 1; tries <= TRIES; tries++) {
            long begun = System.nanoTime();
            try (Threads threads = Threads.all(process, limit)) {
                long still = System.nanoTime();
                if (threads.stopped().isEmpty()) {
                    throw new Unpatchable("TARGET_GONE", process.command() + " (pid " + process.pid() + ") has ended");
                }
                hindrance = amid(threads, jumps);
                if (hindrance.isEmpty()) {
                    write(threads.stopped().getFirst(), jumps, forward);
                    long end = System.nanoTime();
                    return new Turned(
                            threads.stopped().size(),
                            tries,
                            Duration.ofNanos(still - begun),
                            Duration.ofNanos(end - begun));
                }
            } catch (Threads.Busy e) {
                hindrance = String.valueOf(e.getMessage());
            }
            LockSupport.parkNanos(BETWEEN_NANOS);
        }
        throw new Unpatchable(
                "THREADS_BUSY",
                "in " + TRIES + " tries, not all threads of " + process.command() + " (pid " + process.pid()
                        + ") stood where their code can be changed: " + hindrance);
    }

    /** Who is, or will return to, the middle of what is written; empty for nobody. */
    private String amid(Threads threads, List<Jump> jumps) throws Failed, IOException {
        List<Mapping> mappings = process.mappings();
        for (Tracee thread : threads.stopped()) {
            long[] registers = thread.registers();
            List<Long> addresses = new ArrayList<>(List.of(registers[Tracee.RIP]));
            long top = registers[Tracee.RSP] + 7 & -8L;
            for (Mapping each : mappings) {
                if (each.has(top)) {
                    ByteBuffer stack = memory.words(top, (int) Math.min(STACK, each.end() - top));
                    while (stack.remaining() >= 8) {
                        addresses.add(stack.getLong());
                    }
                }
            }
            for (Jump jump : jumps) {
                if (addresses.stream().anyMatch(jump.entry()::isAmid)) {
                    return "thread " + thread.thread() + " is about to enter "
                            + jump.entry().function();
                }
            }
        }
        return "";
    }

    private void write(Tracee thread, List<Jump> jumps, boolean forward) throws Failed, IOException, Unpatchable {
        for (Jump jump : jumps) {
            poke(thread, jump, forward);
        }
        for (Jump jump : jumps) {
            byte[] meant = forward ? jump.redirected() : jump.entry().original();
            if (!jump.entry().holds(memory, meant)) {
                for (Jump each : jumps) {
                    poke(thread, each, !forward);
                }
                throw new Unpatchable(
                        "NOT_VERIFIED",
                        "the entry of " + jump.entry().function()
                                + " did not hold what was written; all were put back");
            }
        }
    }

    /** The padding while nothing leads into it: before the word with the hook on the way forward, and after it on the way back. */
    private void poke(Tracee thread, Jump jump, boolean forward) throws Failed, IOException {
        Entry entry = jump.entry();
        byte[] bytes = forward ? jump.redirected() : entry.original();
        long from = entry.pad() & -8L;
        long hooked = entry.hook() & -8L;
        int size = (int) (hooked + 8 - from);
        ByteBuffer words = ByteBuffer.wrap(memory.read(from, size)).order(ByteOrder.LITTLE_ENDIAN);
        words.put((int) (entry.pad() - from), bytes);
        if (!forward) {
            thread.poke(hooked, words.getLong(size - 8));
        }
        for (long at = from; at < hooked; at += 8) {
            thread.poke(at, words.getLong((int) (at - from)));
        }
        if (forward) {
            thread.poke(hooked, words.getLong(size - 8));
        }
    }
}
