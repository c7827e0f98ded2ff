package dev.evenkeel.agent.facts;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something at once and then at intervals, on a thread of its own, until it is closed. A round that fails is not the last. */
public final class Rounds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final String what;
    private final Duration interval;
    private final Runnable round;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private Rounds(String what, Duration interval, Runnable round) {
        this.what = what;
        this.interval = interval;
        this.round = round;
        this.thread = Thread.ofPlatform().daemon().name(what).unstarted(this::run);
    }

    /**
     * @param what is done, for the log
     * @param interval from the end of one round to the beginning of the next
     */
    public static Rounds start(String what, Duration interval, Runnable round) {
        Rounds rounds = new Rounds(what, interval, round);
        rounds.thread.start();
        return rounds;
    }

    private void run() {
        try {
            do {
                try {
                    round.run();
                } catch (RuntimeException e) {
                    LOG.debug("{} failed; the next round tries again", what, e);
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
