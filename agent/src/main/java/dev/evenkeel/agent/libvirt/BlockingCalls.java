package dev.evenkeel.agent.libvirt;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Platform threads for calls that may block in C, a bounded number of them. A call that overstays its deadline keeps its thread until
 * libvirt lets go of it, but not its caller; when all threads are held up, further calls are refused at once instead of piling up.
 */
public final class BlockingCalls implements AutoCloseable {
    private final ThreadPoolExecutor threads;

    public BlockingCalls(int limit) {
        threads = new ThreadPoolExecutor(
                0,
                limit,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name("libvirt-call-", 0).factory());
    }

    /**
     * Runs a call and waits for it.
     *
     * @param what is going on, for the message: "opening qemu+tls://h2/system"
     * @throws LibvirtException what the call raised, or {@link LibvirtError#OPERATION_TIMEOUT} past the deadline, or
     *     {@link LibvirtError#RESOURCE_BUSY} when all threads are held up
     */
    public <T> T call(String what, Duration deadline, Callable<T> call) {
        Future<T> future = start(what, call);
        try {
            return future.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw LibvirtException.local(
                    LibvirtError.OPERATION_TIMEOUT, what + " took longer than " + deadline.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw LibvirtException.local(LibvirtError.OPERATION_ABORTED, what + " was interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(what + " failed", e.getCause());
        }
    }

    /** Runs a call in the background. */
    public <T> Future<T> start(String what, Callable<T> call) {
        try {
            return threads.submit(call);
        } catch (RejectedExecutionException e) {
            throw LibvirtException.local(
                    LibvirtError.RESOURCE_BUSY,
                    what + " was not started: all " + threads.getMaximumPoolSize() + " threads for libvirt are busy");
        }
    }

    /** Lets running calls end by themselves; takes no new ones. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
