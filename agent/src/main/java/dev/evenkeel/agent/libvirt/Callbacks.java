package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The functions that libvirt calls. An exception that left one of them would end the JVM, so each catches everything. The opaque
 * pointer is a number under which the connection's {@link Events} are registered, so a late call finds nothing instead of freed
 * memory.
 */
@SuppressWarnings("unused") // the callbacks are called from C
final class Callbacks {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);
    private static final Map<Long, Events> REGISTERED = new ConcurrentHashMap<>();
    private static final AtomicLong KEYS = new AtomicLong();
    private static final String[] CLOSE_REASONS = {
        "the link broke", "the daemon closed the link", "the daemon answered no keepalive", "we closed it"
    };

    private Callbacks() {}

    static long register(Events events) {
        long key = KEYS.incrementAndGet();
        REGISTERED.put(key, events);
        return key;
    }

    static void forget(long key) {
        REGISTERED.remove(key);
    }

    /** Kinds of events that we ask for, by virDomainEventID. */
    enum Kind {
        LIFECYCLE(0, "lifecycle", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS)),
        REBOOT(1, "rebooted", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS)),
        AGENT(18, "agent", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS)),
        ITERATION(20, "iteration", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_INT, ADDRESS)),
        JOB(21, "job", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS));

        private final int number;
        private final MemorySegment function;

        Kind(int number, String method, FunctionDescriptor type) {
            this.number = number;
            this.function = Libvirt.upcall(MethodHandles.lookup(), Callbacks.class, method, type);
        }

        int number() {
            return number;
        }

        MemorySegment function() {
            return function;
        }
    }

    private static final class Closed {
        static final MemorySegment FUNCTION = Libvirt.upcall(
                MethodHandles.lookup(),
                Callbacks.class,
                "closed",
                FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, ADDRESS));
    }

    static MemorySegment closed() {
        return Closed.FUNCTION;
    }

    private static int lifecycle(
            MemorySegment connection, MemorySegment domain, int event, int detail, MemorySegment opaque) {
        queue(
                domain,
                opaque,
                seen -> new DomainEvent.LifecycleChanged(
                        seen.id(), seen.name(), seen.at(), DomainEvent.Change.of(event), detail));
        return 0;
    }

    private static void rebooted(MemorySegment connection, MemorySegment domain, MemorySegment opaque) {
        queue(domain, opaque, seen -> seen);
    }

    private static void agent(
            MemorySegment connection, MemorySegment domain, int state, int reason, MemorySegment opaque) {
        queue(domain, opaque, seen -> new DomainEvent.AgentChanged(seen.id(), seen.name(), seen.at(), state == 1));
    }

    private static void iteration(MemorySegment connection, MemorySegment domain, int iteration, MemorySegment opaque) {
        queue(domain, opaque, seen -> new DomainEvent.MigrationIterated(seen.id(), seen.name(), seen.at(), iteration));
    }

    private static void job(
            MemorySegment connection, MemorySegment domain, MemorySegment values, int count, MemorySegment opaque) {
        queue(
                domain,
                opaque,
                seen -> new DomainEvent.JobCompleted(
                        seen.id(), seen.name(), seen.at(), TypedParameters.read(values, count)));
    }

    private static void closed(MemorySegment connection, int reason, MemorySegment opaque) {
        try {
            Events events = REGISTERED.get(opaque.address());
            if (events != null) {
                events.lost(reason >= 0 && reason < CLOSE_REASONS.length ? CLOSE_REASONS[reason] : "reason " + reason);
            }
        } catch (Throwable e) {
            report(e);
        }
    }

    private static void queue(
            MemorySegment domain, MemorySegment opaque, Function<DomainEvent.Rebooted, DomainEvent> event) {
        try {
            @Nullable Events events = REGISTERED.get(opaque.address());
            if (events != null) {
                events.offer(event.apply(
                        new DomainEvent.Rebooted(Domain.idOf(domain), Domain.nameOf(domain), Instant.now())));
            }
        } catch (Throwable e) {
            report(e);
        }
    }

    private static void report(Throwable e) {
        try {
            LOG.error("an event of libvirt was lost", e);
        } catch (Throwable ignored) {
            // nothing may leave a callback, not even a failure to report
        }
    }
}
