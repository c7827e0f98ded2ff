package dev.evenkeel.agent.facts;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.LibvirtException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rings when something happens to a VM on this host, by hand or by us. Listens to libvirt's events for as long as the
 * daemon lives, and dials again when it does not; a daemon that comes back counts as a change.
 */
public final class ChangeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeWatch.class);
    private static final Duration DIAL_AGAIN = Duration.ofSeconds(2);

    private final Supplier<Connection> libvirt;
    private final Runnable changed;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private ChangeWatch(Supplier<Connection> libvirt, Runnable changed) {
        this.libvirt = libvirt;
        this.changed = changed;
        this.thread = Thread.ofPlatform().daemon().name("libvirt-events").unstarted(this::run);
    }

    /** @param changed called on a thread of libvirt's; must return quickly */
    public static ChangeWatch start(Supplier<Connection> libvirt, Runnable changed) {
        ChangeWatch watch = new ChangeWatch(libvirt, changed);
        watch.thread.start();
        return watch;
    }

    private void run() {
        boolean warned = false;
        try {
            do {
                try {
                    listen();
                    warned = false;
                } catch (LibvirtException e) {
                    if (!warned) {
                        LOG.warn("libvirt on this host does not answer, dialling until it does: {}", e.getMessage());
                        warned = true;
                    }
                }
            } while (!closing.await(DIAL_AGAIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the agent stops
        }
    }

    /** Returns when the daemon is gone. */
    private void listen() throws InterruptedException {
        Semaphore lost = new Semaphore(0);
        try (Connection connection = libvirt.get()) {
            connection.onLost(why -> lost.release());
            try (AutoCloseable events = connection.listen(event -> changed.run())) {
                LOG.debug("listening to libvirt: {}", events);
                changed.run();
                lost.acquire();
                LOG.info("the libvirt daemon of this host went away");
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                LOG.debug("the events of a lost connection could not be ended", e);
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
    }
}
