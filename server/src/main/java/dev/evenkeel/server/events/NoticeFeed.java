package dev.evenkeel.server.events;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows how far the outbox goes, and wakes listeners when it grows. One look for all of them, a few times a second, and
 * only while somebody listens; other servers on the same database write to the outbox too, so looking cannot be spared.
 */
public final class NoticeFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeFeed.class);

    private final LongSupplier newest;
    private final Duration every;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private long known;
    private int listeners;
    private boolean closed;

    /** @param newest asks the store for the newest sequence */
    public NoticeFeed(LongSupplier newest, Duration every) {
        this.newest = newest;
        this.every = every;
        this.thread = Thread.ofVirtual().name("notices").start(this::run);
    }

    private void run() {
        try {
            while (true) {
                lock.lock();
                try {
                    while (listeners == 0 && !closed) {
                        changed.await();
                    }
                    if (closed) {
                        return;
                    }
                } finally {
                    lock.unlock();
                }
                look();
                pause();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server stops
        }
    }

    private void look() {
        try {
            long now = newest.getAsLong();
            lock.lock();
            try {
                if (now > known) {
                    known = now;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        } catch (RuntimeException e) {
            LOG.debug("the outbox cannot be read; listeners wait", e);
        }
    }

    private void pause() throws InterruptedException {
        lock.lock();
        try {
            long left = every.toNanos();
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A listener comes. */
    void enter() {
        lock.lock();
        try {
            listeners++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A listener goes. */
    void leave() {
        lock.lock();
        try {
            listeners--;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the outbox goes beyond a sequence, at most this long.
     *
     * @return false when the server stops
     */
    boolean await(long seen, Duration most) throws InterruptedException {
        lock.lock();
        try {
            long left = most.toNanos();
            while (!closed && known <= seen && left > 0) {
                left = changed.awaitNanos(left);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Sends every listener home: the server stops. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }
}
