package dev.evenkeel.agent.link;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Lets one thread wait until others ring or time is up. A ring while nobody waits is not lost. */
final class Bell {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean rung;

    void ring() {
        lock.lock();
        try {
            rung = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a ring, at most this long, and takes it; true when it rang. */
    boolean await(Duration most) throws InterruptedException {
        lock.lock();
        try {
            long left = most.toNanos();
            while (!rung && left > 0) {
                left = changed.awaitNanos(left);
            }
            boolean was = rung;
            rung = false;
            return was;
        } finally {
            lock.unlock();
        }
    }
}
