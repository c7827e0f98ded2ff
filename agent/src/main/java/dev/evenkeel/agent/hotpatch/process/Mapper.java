package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.process.Ptrace.Failed;
import dev.evenkeel.agent.hotpatch.process.TargetProcess.Mapping;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Lays a patch's code into a process, by one thread of it that is borrowed for a moment while the others run on. */
final class Mapper {
    private static final int ROUNDS = 50;
    private static final long BETWEEN_NANOS = 5_000_000;

    private final TargetProcess process;
    private final Memory memory;
    private final Duration limit;

    /** @param limit for one thread to stop */
    Mapper(TargetProcess process, Memory memory, Duration limit) {
        this.process = process;
        this.memory = memory;
        this.limit = limit;
    }

    /** Makes the content of memory once its address is known. */
    @FunctionalInterface
    interface Content {
        byte[] at(long address) throws Unpatchable;
    }

    /** @param borrowed how long the thread stood still */
    record Mapped(long address, Duration borrowed) {}

    /** What is to be done with a thread. */
    @FunctionalInterface
    private interface Act<T> {
        T by(Borrowed thread) throws Failed, IOException, Unpatchable;
    }

    /** New memory with this content, which nobody can write. */
    Mapped map(long size, Content content) throws Failed, IOException, Unpatchable {
        return borrow(thread -> {
            long begun = System.nanoTime();
            long made = thread.map(size);
            if (made < 0) {
                throw refused(-made);
            }
            try {
                memory.write(made, content.at(made));
                long error = thread.makeExecutable(made, size);
                if (error < 0) {
                    throw refused(-error);
                }
                return new Mapped(made, Duration.ofNanos(System.nanoTime() - begun));
            } catch (Failed | IOException | Unpatchable | RuntimeException e) {
                thread.unmap(made, size);
                throw e;
            }
        });
    }

    /** Takes memory away that nobody ever entered. */
    void unmap(long address, long size) throws Failed, IOException, Unpatchable {
        borrow(thread -> thread.unmap(address, size));
    }

    private Unpatchable refused(long errno) {
        return new Unpatchable(
                "MAPPING_REFUSED",
                "the kernel lets " + process.command() + " (pid " + process.pid() + ") have no new code: errno "
                        + errno);
    }

    private <T> T borrow(Act<T> act) throws Failed, IOException, Unpatchable {
        long instruction = instruction();
        for (int round = 0; round < ROUNDS; round++) {
            for (int number : process.threads()) {
                try (Threads threads = Threads.one(process, number, limit)) {
                    for (Tracee each : threads.stopped()) {
                        if (Borrowed.suits(each, memory)) {
                            try (Borrowed thread = new Borrowed(each, instruction)) {
                                return act.by(thread);
                            }
                        }
                    }
                } catch (Threads.Busy e) {
                    // the next one then
                }
            }
            LockSupport.parkNanos(BETWEEN_NANOS);
        }
        throw new Unpatchable(
                "THREADS_BUSY",
                "no thread of " + process.command() + " (pid " + process.pid() + ") could be borrowed in " + ROUNDS
                        + " rounds");
    }

    /** A {@code syscall} in the page that the kernel maps into every process. */
    private long instruction() throws IOException, Unpatchable {
        for (Mapping each : process.mappings()) {
            if (each.path().equals("[vdso]")) {
                byte[] page = memory.read(each.start(), (int) (each.end() - each.start()));
                for (int i = 0; i + 1 < page.length; i++) {
                    if (page[i] == 0x0F && page[i + 1] == 0x05) {
                        return each.start() + i;
                    }
                }
            }
        }
        throw new Unpatchable("MAPPING_REFUSED", "pid " + process.pid() + " has no vdso to make system calls by");
    }
}
