package dev.evenkeel.agent.facts;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.migrate.LoadProbe;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures what the VMs write, often enough that a plan and a move find a fresh number. */
public final class LoadWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadWatch.class);

    private final LoadProbe loads;
    private final Supplier<Connection> libvirt;
    private final Duration interval;
    private final Runnable measured;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private LoadWatch(LoadProbe loads, Supplier<Connection> libvirt, Duration interval, Runnable measured) {
        this.loads = loads;
        this.libvirt = libvirt;
        this.interval = interval;
        this.measured = measured;
        this.thread = Thread.ofPlatform().daemon().name("load").unstarted(this::run);
    }

    /**
     * @param interval shorter than {@link LoadProbe#FRESH}
     * @param measured called after each measurement
     */
    public static LoadWatch start(LoadProbe loads, Supplier<Connection> libvirt, Duration interval, Runnable measured) {
        LoadWatch watch = new LoadWatch(loads, libvirt, interval, measured);
        watch.thread.start();
        return watch;
    }

    private void run() {
        try {
            do {
                try (Connection connection = libvirt.get()) {
                    if (!loads.refresh(connection).isEmpty()) {
                        measured.run();
                    }
                } catch (LibvirtException e) {
                    LOG.debug("the VMs' load could not be measured; the next round tries again", e);
                }
            } while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the agent stops
        }
    }

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
    }
}
