package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.process.Ptrace.Failed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Threads of a process, all of them or one, that stand still until this is closed. To be used on one thread. */
final class Threads implements AutoCloseable {
    private static final Duration LATE = Duration.ofSeconds(2);

    private final Map<Integer, Tracee> tracees = new LinkedHashMap<>();

    /** A thread did not stop in time: it is in a call of the kernel that can't be interrupted. All others run again. */
    static final class Busy extends Exception {
        private static final long serialVersionUID = 1;

        Busy(int thread) {
            super("thread " + thread + " can't be interrupted");
        }
    }

    private final TargetProcess process;

    private Threads(TargetProcess process) {
        this.process = process;
    }

    /** Stops all threads, and those that they begin while they are stopped. */
    static Threads all(TargetProcess process, Duration limit) throws Failed, IOException, Busy {
        long deadline = System.nanoTime() + limit.toNanos();
        Threads threads = new Threads(process);
        try {
            while (threads.seize(process.threads())) {
                for (Tracee each : threads.tracees.values()) {
                    threads.await(each, deadline);
                }
            }
            return threads;
        } catch (Failed | IOException | Busy | RuntimeException e) {
            threads.close();
            throw e;
        }
    }

    static Threads one(TargetProcess process, int thread, Duration limit) throws Failed, IOException, Busy {
        Threads threads = new Threads(process);
        try {
            threads.seize(List.of(thread));
            for (Tracee each : threads.tracees.values()) {
                threads.await(each, System.nanoTime() + limit.toNanos());
            }
            return threads;
        } catch (Failed | IOException | Busy | RuntimeException e) {
            threads.close();
            throw e;
        }
    }

    /** Whether there were new ones among them. */
    private boolean seize(List<Integer> numbers) throws Failed, IOException {
        boolean more = false;
        for (int number : numbers) {
            if (!tracees.containsKey(number)) {
                try {
                    tracees.put(number, Tracee.interrupt(number));
                    more = true;
                } catch (Failed e) {
                    if (!e.isGone() && !process.hasEnded(number)) {
                        throw e;
                    }
                }
            }
        }
        return more;
    }

    private void await(Tracee tracee, long deadline) throws Failed, Busy {
        if (!tracee.stops(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
            throw new Busy(tracee.thread());
        }
    }

    List<Tracee> stopped() {
        return tracees.values().stream().filter(Tracee::isStopped).toList();
    }

    /**
     * Lets all go on, first those that stand still. One that has not stopped yet can be let go only when it does, so it is waited for;
     * one that does not for that long is in a call of the kernel, and is let go by the kernel when the tracer's thread ends.
     */
    @Override
    public void close() {
        List<Tracee> late = new ArrayList<>();
        for (Tracee each : tracees.values()) {
            if (each.isStopped()) {
                each.release();
            } else {
                late.add(each);
            }
        }
        for (Tracee each : late) {
            try {
                if (each.stops(LATE)) {
                    each.release();
                }
            } catch (Failed e) {
                // it has ended
            }
        }
    }
}
