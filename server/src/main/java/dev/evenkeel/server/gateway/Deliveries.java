package dev.evenkeel.server.gateway;

import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.EffectSink;
import dev.evenkeel.core.fleet.HostId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes the long poll of an agent that has something to do. What it has to do is read from the store, so a wake-up that
 * gets lost costs time and nothing else. Safe for many threads.
 */
public final class Deliveries implements EffectSink, AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<HostId, Bell> bells = new HashMap<>();
    private boolean closed;

    private static final class Bell {
        final Condition rung;
        long count;

        Bell(Condition rung) {
            this.rung = rung;
        }
    }

    @Override
    public void deliver(EffectOrder order) {
        ring(order.agent());
    }

    /** There is something for this host. */
    public void ring(HostId host) {
        lock.lock();
        try {
            Bell bell = bell(host);
            bell.count++;
            bell.rung.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Bell bell(HostId host) {
        return bells.computeIfAbsent(host, h -> new Bell(lock.newCondition()));
    }

    /** How often a host was rung for so far. */
    long count(HostId host) {
        lock.lock();
        try {
            return bell(host).count;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the host was rung for more than {@code seen} times, the time is up, or the server stops. */
    void await(HostId host, long seen, Duration most) throws InterruptedException {
        lock.lock();
        try {
            Bell bell = bell(host);
            long left = most.toNanos();
            while (!closed && bell.count <= seen && left > 0) {
                left = bell.rung.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean closed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Sends every waiting agent home: the server stops. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            bells.values().forEach(bell -> bell.rung.signalAll());
        } finally {
            lock.unlock();
        }
    }
}
