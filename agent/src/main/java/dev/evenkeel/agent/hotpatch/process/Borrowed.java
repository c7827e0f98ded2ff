package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.process.Ptrace.Failed;
import java.io.IOException;
import java.time.Duration;

/**
 * A stopped thread of the target that makes system calls for us and then goes on where it was. It runs one instruction of the target,
 * {@code syscall} in the kernel's own page, with all signals held back; none of the target's functions run, so no lock matters that
 * the thread may hold. An interrupted call of its own is begun again by the kernel, which looks at the registers that are put back.
 */
final class Borrowed implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long MAP = 9;
    private static final long PROTECT = 10;
    private static final long UNMAP = 11;
    private static final long READ = 1;
    private static final long WRITE = 2;
    private static final long EXECUTE = 4;
    private static final long PRIVATE_ANONYMOUS = 0x22;

    private final Tracee thread;
    private final long instruction;
    private final long[] saved;
    private final long mask;

    /** @param instruction address of a {@code syscall} in the target */
    Borrowed(Tracee thread, long instruction) throws Failed {
        this.thread = thread;
        this.instruction = instruction;
        this.saved = thread.registers();
        this.mask = thread.signalMask();
        thread.signalMask(-1);
    }

    /** Whether a thread may be borrowed: one within a restartable sequence would miss that it was moved to another CPU. */
    static boolean suits(Tracee thread, Memory memory) throws IOException {
        if (!thread.isFree()) {
            return false;
        }
        long area = thread.rseq();
        return area == 0 || memory.words(area + 8, 8).getLong(0) == 0;
    }

    /** New memory that can be written, or a negative errno. */
    long map(long size) throws Failed {
        return call(MAP, 0, size, READ | WRITE, PRIVATE_ANONYMOUS, -1, 0);
    }

    long makeExecutable(long address, long size) throws Failed {
        return call(PROTECT, address, size, READ | EXECUTE, 0, 0, 0);
    }

    long unmap(long address, long size) throws Failed {
        return call(UNMAP, address, size, 0, 0, 0, 0);
    }

    private long call(long number, long... arguments) throws Failed {
        long[] registers = saved.clone();
        registers[Tracee.RAX] = number;
        registers[Tracee.ORIG_RAX] = -1; // nothing to begin again
        registers[Tracee.RIP] = instruction;
        int[] places = {Tracee.RDI, Tracee.RSI, Tracee.RDX, Tracee.R10, Tracee.R8, Tracee.R9};
        for (int i = 0; i < arguments.length; i++) {
            registers[places[i]] = arguments[i];
        }
        thread.registers(registers);
        boolean entered = thread.runsToSystemCall(LIMIT);
        boolean left = entered && thread.runsToSystemCall(LIMIT);
        if (!left) {
            throw new IllegalStateException(
                    "thread " + thread.thread() + " did not make the call that it was lent for");
        }
        return thread.registers()[Tracee.RAX];
    }

    /** Puts everything back. */
    @Override
    public void close() throws Failed {
        try {
            thread.runsToInterruption(LIMIT);
        } finally {
            thread.registers(saved);
            thread.signalMask(mask);
        }
    }
}
