package dev.evenkeel.agent.preserve;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks with a QEMU that libvirt is starting for a hand-over. It tells it to expect a stream without the shared memory; until it
 * was told, the daemon's hook lets no stream come, and one that came all the same QEMU would refuse. And when the VM has
 * stood still for too long, it has libvirt give up, and where that does not help, ends the new process, so that the old one goes
 * on; but only a process that has never run the VM.
 */
final class IncomingMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IncomingMonitor.class);
    private static final Duration GLANCE = Duration.ofMillis(2);
    private static final Duration WATCH = Duration.ofMillis(20);
    private static final int GLANCES_UNTIL_STILL = 500;
    private static final String LATE = "the new process hung, or kept the VM standing still for too long; ";

    private final Path socket;
    private final HandoverOrder order;
    private final Devices devices;
    private final Supplier<Optional<Long>> overdue;
    private final Runnable abort;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closed;
    private Optional<Long> late = Optional.empty();
    private volatile String trouble = "QEMU never opened its second monitor";

    /**
     * Waits in the background for the socket to appear.
     *
     * @param order names the files that must be the new process's memory, and is noted in whether that was told what to expect
     * @param devices that the new process must have, neither more nor fewer
     * @param overdue the new process, once it hangs or the VM has stood still for longer than it may
     * @param abort tells libvirt to give up
     */
    IncomingMonitor(
            Path socket, HandoverOrder order, Devices devices, Supplier<Optional<Long>> overdue, Runnable abort) {
        this.socket = socket;
        this.order = order;
        this.devices = devices;
        this.overdue = overdue;
        this.abort = abort;
        this.thread = Thread.ofPlatform().daemon().name("handover-monitor").start(this::run);
    }

    private void run() {
        try {
            Optional<QmpSocket> found = Optional.empty();
            while (found.isEmpty() && !closed) {
                if (isOverdue()) {
                    throw new QmpSocket.Hangs(trouble);
                }
                found = QmpSocket.connect(socket, this::isOverdue);
                LockSupport.parkNanos(found.isEmpty() ? GLANCE.toNanos() : 0);
            }
            if (found.isPresent()) {
                try (QmpSocket qemu = found.get()) {
                    converse(qemu);
                }
            }
        } catch (QmpSocket.Hangs e) {
            order.notTold();
            giveUp(null);
        } catch (IOException e) {
            if (!closed || !trouble.isEmpty()) {
                trouble = closed ? "QEMU did not answer on its second monitor" : String.valueOf(e.getMessage());
            }
        } finally {
            order.notTold();
        }
    }

    /** Tells it what to expect, and sees to it that the VM does not stand still for too long; neither waits for an answer longer. */
    private void converse(QmpSocket qemu) throws IOException {
        try {
            tell(qemu);
            while (!closed && !isOverdue()) {
                LockSupport.parkNanos(WATCH.toNanos());
            }
        } catch (QmpSocket.Hangs e) {
            LOG.debug("{}", e.getMessage());
        }
        order.notTold();
        if (!closed && !qemu.hasHappened("RESUME")) {
            giveUp(qemu);
        }
    }

    private boolean isOverdue() {
        late = overdue.get();
        return late.isPresent();
    }

    private void tell(QmpSocket qemu) throws IOException {
        SharedMemory memory = SharedMemory.of("", qemu::ask);
        if (!memory.isKeptIn(order.kept())) {
            throw new IOException("the new process was given other memory than the VM's: " + memory.files()
                    + "; libvirt did not run the hook, because it looks for hooks only when it starts");
        }
        Optional<String> difference = Devices.of(qemu::ask).difference(devices);
        if (difference.isPresent()) {
            throw new IOException("the new process is not the same machine: " + difference.get());
        }
        qemu.ask(ignoreShared(true));
        order.told();
        trouble = "";
    }

    /** @param qemu the conversation with it; null when there was none, and it was told nothing */
    private void giveUp(@Nullable QmpSocket qemu) {
        String hung = (trouble.isEmpty() ? "" : trouble + "; ") + LATE;
        trouble = hung + "libvirt gave the hop up";
        abort.run();
        try {
            if (late.isPresent() && !over.await(Hop.CHANCE.toNanos(), TimeUnit.NANOSECONDS)) {
                end(qemu, late.get(), hung);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("process {} was ended by libvirt", late);
        } catch (IOException e) {
            LOG.warn("process {} hangs and can't be ended: {}", late, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // libvirt has given up by itself
        }
    }

    /**
     * Ends a process that has not run the VM. QEMU writes the event RESUME before any virtual CPU runs (vm_prepare_start in
     * system/cpus.c), so a process that stands still and has not written it never ran the VM, and will not any more. One that was
     * told nothing refuses the stream.
     */
    private void end(@Nullable QmpSocket qemu, long process, String hung) throws IOException {
        signal("STOP", process);
        boolean still = false;
        for (int i = 0; i < GLANCES_UNTIL_STILL && !still; i++) {
            LockSupport.parkNanos(GLANCE.toNanos());
            still = standsStill(process);
        }
        if (still && (qemu == null || !qemu.hasHappened("RESUME"))) {
            trouble = hung + "it was ended before it ran the VM";
            LOG.warn("process {}: {}", process, trouble);
            ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
        } else {
            signal("CONT", process);
        }
    }

    /** Whether every thread of a process is stopped, by proc(5). */
    private static boolean standsStill(long process) throws IOException {
        try (DirectoryStream<Path> threads =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(process), "task"))) {
            for (Path each : threads) {
                String stat = Files.readString(each.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        }
    }

    private static void signal(String name, long process) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process)).start();
        try {
            if (!kill.waitFor(GLANCES_UNTIL_STILL, TimeUnit.MILLISECONDS)) {
                throw new IOException("kill -" + name + " " + process + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sets the capability that leaves shared memory out of a stream. */
    static String ignoreShared(boolean on) {
        return "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":"
                + "[{\"capability\":\"x-ignore-shared\",\"state\":" + on + "}]}}";
    }

    /** Why QEMU was not told, or was ended; empty when neither. */
    String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        closed = true;
        over.countDown();
        thread.interrupt(); // which ends a conversation with a QEMU that no longer answers
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
