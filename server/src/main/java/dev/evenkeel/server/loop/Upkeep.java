package dev.evenkeel.server.loop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the store wants done once a day. A day that fails is made up for by the next. */
public final class Upkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final Duration EVERY = Duration.ofDays(1);

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    public Upkeep(Runnable daily) {
        thread = Thread.ofVirtual().name("upkeep").start(() -> run(daily));
    }

    private void run(Runnable daily) {
        try {
            while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    daily.run();
                } catch (RuntimeException e) {
                    LOG.warn("the daily upkeep of the database failed and is done again tomorrow", e);
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
