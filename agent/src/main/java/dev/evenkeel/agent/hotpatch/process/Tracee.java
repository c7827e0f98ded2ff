package dev.evenkeel.agent.hotpatch.process;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.evenkeel.agent.hotpatch.process.Ptrace.Failed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * One thread of a target under ptrace. It is interrupted, never sent a signal; a signal that comes meanwhile is handed on when it is
 * let go. A tracer that dies lets its tracees go too, as the kernel sees to.
 */
final class Tracee {
    /** Where registers stand in {@code user_regs_struct} of x86-64, in words. */
    static final int R10 = 7;

    static final int R9 = 8;
    static final int R8 = 9;
    static final int RAX = 10;
    static final int RDX = 12;
    static final int RSI = 13;
    static final int RDI = 14;
    static final int ORIG_RAX = 15;
    static final int RIP = 16;
    static final int RSP = 19;
    static final int REGISTERS = 27;

    private static final int TRAP = 5;
    private static final int EVENT_STOP = 128;

    private final int thread;
    private boolean stopped;
    private boolean gone;
    private int signal;

    private Tracee(int thread) {
        this.thread = thread;
    }

    /** Begins to trace a thread, and tells it to stop. */
    static Tracee interrupt(int thread) throws Failed {
        Ptrace.call(Ptrace.SEIZE, thread, 0, Ptrace.MARK_SYSTEM_CALLS);
        Tracee tracee = new Tracee(thread);
        tracee.interrupt();
        return tracee;
    }

    void interrupt() throws Failed {
        Ptrace.call(Ptrace.INTERRUPT, thread, 0, 0);
    }

    /** Whether it is stopped, or has ended, within a time. */
    boolean stops(Duration limit) throws Failed {
        return stopped || gone || !next(limit).isEmpty();
    }

    /** The next stop: the signal or mark by which, and the event. */
    private OptionalInt next(Duration limit) throws Failed {
        OptionalInt state = Ptrace.await(thread, limit);
        if (state.isEmpty()) {
            return state;
        }
        if ((state.getAsInt() & 0xFF) != 0x7F) {
            gone = true;
            return state;
        }
        stopped = true;
        int by = state.getAsInt() >> 8 & 0xFF;
        int event = state.getAsInt() >> 16;
        if (event == 0 && by != (TRAP | 0x80)) {
            signal = by;
        }
        return OptionalInt.of(by | event << 8);
    }

    /** Whether it stopped at its own and no signal waits for it, so that it can be borrowed. */
    boolean isFree() {
        return stopped && !gone && signal == 0;
    }

    boolean isStopped() {
        return stopped && !gone;
    }

    int thread() {
        return thread;
    }

    long[] registers() throws Failed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocate(JAVA_LONG, REGISTERS);
            Ptrace.call(Ptrace.GET_REGISTERS, thread, 0, all);
            return all.toArray(JAVA_LONG);
        }
    }

    void registers(long[] values) throws Failed {
        try (Arena arena = Arena.ofConfined()) {
            Ptrace.call(Ptrace.SET_REGISTERS, thread, 0, arena.allocateFrom(JAVA_LONG, values));
        }
    }

    long signalMask() throws Failed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(JAVA_LONG);
            Ptrace.call(Ptrace.GET_SIGNAL_MASK, thread, 8, mask);
            return mask.get(JAVA_LONG, 0);
        }
    }

    void signalMask(long mask) throws Failed {
        try (Arena arena = Arena.ofConfined()) {
            Ptrace.call(Ptrace.SET_SIGNAL_MASK, thread, 8, arena.allocateFrom(JAVA_LONG, mask));
        }
    }

    /** Address of the thread's area for restartable sequences (rseq(2)), or 0 for none or a kernel that does not tell. */
    long rseq() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment configuration = arena.allocate(JAVA_LONG, 3);
            Ptrace.call(Ptrace.GET_RSEQ, thread, 24, configuration);
            return configuration.get(JAVA_LONG, 0);
        } catch (Failed e) {
            return 0;
        }
    }

    /** One aligned word, which other threads see whole. */
    void poke(long address, long word) throws Failed {
        Ptrace.call(Ptrace.POKE, thread, address, word);
    }

    /** Lets it run to where it enters or leaves a system call. False when it did not come there. */
    boolean runsToSystemCall(Duration limit) throws Failed {
        stopped = false;
        Ptrace.call(Ptrace.TO_SYSTEM_CALL, thread, 0, 0);
        OptionalInt stop = next(limit);
        return stop.isPresent() && stop.getAsInt() == (TRAP | 0x80);
    }

    /** Has it stop where an interruption would, which is where the kernel decides to begin an interrupted call again. */
    boolean runsToInterruption(Duration limit) throws Failed {
        interrupt();
        stopped = false;
        Ptrace.call(Ptrace.CONTINUE, thread, 0, 0);
        OptionalInt stop = next(limit);
        return stop.isPresent() && stop.getAsInt() >> 8 == EVENT_STOP;
    }

    /** Lets it go on as if nothing had been. It must be stopped, or must have ended. */
    void release() {
        if (gone || !stopped) {
            return;
        }
        try {
            Ptrace.call(Ptrace.DETACH, thread, 0, signal);
        } catch (Failed e) {
            gone = true; // killed meanwhile, which is the only way for a stopped thread to go
        }
    }
}
