package dev.evenkeel.server.loop;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work that is done again and again, first after a while. A time that fails is made up for by the next. */
public final class Upkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    /** The work. */
    @FunctionalInterface
    public interface Work {
        void run() throws IOException;
    }

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** @param what names it in the log */
    public Upkeep(String what, Duration every, Work work) {
        thread = Thread.ofVirtual().name(what).start(() -> run(what, every, work));
    }

    private void run(String what, Duration every, Work work) {
        try {
            while (!closing.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    work.run();
                } catch (IOException | RuntimeException e) {
                    LOG.warn("the {} failed and is tried again in {}", what, every, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server stops
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
