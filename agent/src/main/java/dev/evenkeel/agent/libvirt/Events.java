package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of one connection. libvirt calls on its event-loop thread, which must not be held up and must not call back into the
 * same connection; so a callback only reads its arguments and queues a record, and listeners are served by a thread of their own.
 */
final class Events {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);

    private final Connection connection;
    private final List<Consumer<DomainEvent>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> lostListeners = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Runnable> deliveries = new LinkedBlockingQueue<>();
    private final List<Integer> registrations = new ArrayList<>();
    private @Nullable Thread delivery;
    private long key;
    private boolean closeNoticeWanted;
    private boolean closed;

    Events(Connection connection) {
        this.connection = connection;
    }

    AutoCloseable listen(Consumer<DomainEvent> listener) {
        synchronized (this) {
            startDelivery();
            if (registrations.isEmpty()) {
                for (Callbacks.Kind kind : Callbacks.Kind.values()) {
                    register(kind);
                }
            }
        }
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void onLost(Consumer<String> listener) {
        lostListeners.add(listener);
        synchronized (this) {
            startDelivery();
            if (!closeNoticeWanted) {
                closeNoticeWanted = connection.with(c -> Libvirt.intFunction(
                                        "virConnectRegisterCloseCallback", ADDRESS, ADDRESS, ADDRESS, ADDRESS)
                                .asInt(c, Callbacks.closed(), MemorySegment.ofAddress(key), MemorySegment.NULL))
                        == 0;
            }
        }
    }

    private void startDelivery() {
        if (closed) {
            throw new IllegalStateException("Connection is closed");
        }
        if (delivery == null) {
            key = Callbacks.register(this);
            Thread thread = new Thread(this::deliver, "libvirt-listeners " + connection.uri());
            thread.setDaemon(true);
            thread.start();
            delivery = thread;
        }
    }

    private void register(Callbacks.Kind kind) {
        int id = connection.with(c -> Libvirt.intFunction(
                        "virConnectDomainEventRegisterAny", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS)
                .asInt(
                        c,
                        MemorySegment.NULL,
                        kind.number(),
                        kind.function(),
                        MemorySegment.ofAddress(key),
                        MemorySegment.NULL));
        if (id >= 0) {
            registrations.add(id);
        } else {
            LOG.debug(
                    "{} sends no events of kind {}: {}",
                    connection.uri(),
                    kind,
                    LibvirtException.last().getMessage());
        }
    }

    /** Called on the event-loop thread. */
    void offer(DomainEvent event) {
        deliveries.add(() -> listeners.forEach(l -> l.accept(event)));
    }

    /** Called on the event-loop thread. */
    void lost(String why) {
        deliveries.add(() -> lostListeners.forEach(l -> l.accept(why)));
    }

    private void deliver() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                deliveries.take().run();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("a listener to libvirt's events failed", e);
            }
        }
    }

    synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (delivery == null) {
            return;
        }
        for (int id : registrations) {
            connection.with(c -> Libvirt.intFunction("virConnectDomainEventDeregisterAny", ADDRESS, JAVA_INT)
                    .asInt(c, id));
        }
        if (closeNoticeWanted) {
            connection.with(c -> Libvirt.intFunction("virConnectUnregisterCloseCallback", ADDRESS, ADDRESS)
                    .asInt(c, Callbacks.closed()));
        }
        Callbacks.forget(key);
        delivery.interrupt();
    }
}
