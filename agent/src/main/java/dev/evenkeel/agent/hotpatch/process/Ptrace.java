package dev.evenkeel.agent.hotpatch.process;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/** ptrace(2) and waitpid(2). The kernel knows the thread that began as the tracer, so all calls must come from that one. */
final class Ptrace {
    static final int POKE = 5;
    static final int GET_REGISTERS = 12;
    static final int SET_REGISTERS = 13;
    static final int CONTINUE = 7;
    static final int DETACH = 17;
    static final int TO_SYSTEM_CALL = 24;
    static final int SEIZE = 0x4206;
    static final int INTERRUPT = 0x4207;
    static final int GET_SIGNAL_MASK = 0x420a;
    static final int SET_SIGNAL_MASK = 0x420b;
    static final int GET_RSEQ = 0x420f;

    /** Option of SEIZE: stops for system calls are told from others. */
    static final long MARK_SYSTEM_CALLS = 1;

    private static final int WAIT_NO_HANG = 1;
    private static final int WAIT_ALL = 0x40000000;
    private static final int NO_SUCH_PROCESS = 3;
    private static final long POLL_NANOS = 20_000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle PTRACE = LINKER.downcallHandle(
            LINKER.defaultLookup().find("ptrace").orElseThrow(),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle WAITPID = LINKER.downcallHandle(
            LINKER.defaultLookup().find("waitpid").orElseThrow(),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, java.lang.foreign.ValueLayout.ADDRESS, JAVA_INT),
            Linker.Option.captureCallState("errno"));

    private Ptrace() {}

    /** A call failed. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;
        private final int errno;

        Failed(int request, int thread, int errno) {
            super("ptrace request " + request + " on thread " + thread + " failed with errno " + errno);
            this.errno = errno;
        }

        /** The thread has ended, or is not stopped. */
        boolean isGone() {
            return errno == NO_SUCH_PROCESS;
        }
    }

    static long call(int request, int thread, long address, MemorySegment data) throws Failed {
        return call(request, thread, address, data.address());
    }

    static long call(int request, int thread, long address, long data) throws Failed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment captured = arena.allocate(CAPTURED);
            long result = (long) PTRACE.invokeExact(captured, (long) request, (long) thread, address, data);
            if (result < 0) {
                throw new Failed(request, thread, (int) ERRNO.get(captured, 0L));
            }
            return result;
        } catch (Failed | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("ptrace threw a checked exception, which C code cannot do", e);
        }
    }

    /** The state into which a thread changes, as waitpid(2) gives it; empty when it does not within a time. */
    static OptionalInt await(int thread, Duration limit) throws Failed {
        long deadline = System.nanoTime() + limit.toNanos();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment captured = arena.allocate(CAPTURED);
            MemorySegment status = arena.allocate(JAVA_INT);
            while (true) {
                int changed = (int) WAITPID.invokeExact(captured, thread, status, WAIT_NO_HANG | WAIT_ALL);
                if (changed < 0) {
                    throw new Failed(0, thread, NO_SUCH_PROCESS);
                }
                if (changed == thread) {
                    return OptionalInt.of(status.get(JAVA_INT, 0));
                }
                if (System.nanoTime() - deadline > 0) {
                    return OptionalInt.empty();
                }
                LockSupport.parkNanos(POLL_NANOS); // waitpid has no deadline of its own
            }
        } catch (Failed | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("waitpid threw a checked exception, which C code cannot do", e);
        }
    }
}
