package dev.evenkeel.agent.link;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the host whenever something changed, and every few seconds in case nobody said so. */
final class Watcher implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    private final HostObserver observer;
    private final ServerTime time;
    private final Duration interval;
    private final Bell seen;
    private final Bell wake = new Bell();
    private @Nullable Seen latest;
    private boolean blind;

    /** A sight and the moment of the monotonic clock at which the looking began. */
    record Seen(HostObserver.Sight sight, long mark) {}

    /** @param seen rung after each look that succeeded */
    Watcher(HostObserver observer, ServerTime time, Duration interval, Bell seen) {
        this.observer = observer;
        this.time = time;
        this.interval = interval;
        this.seen = seen;
    }

    /** Something changed; look soon. */
    void wake() {
        wake.ring();
    }

    synchronized Optional<Seen> latest() {
        return Optional.ofNullable(latest);
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                look();
                wake.await(interval);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the link closes
        }
    }

    private void look() {
        long mark = time.mark();
        try {
            HostObserver.Sight sight = observer.look();
            synchronized (this) {
                latest = new Seen(sight, mark);
            }
            if (blind) {
                LOG.info("the host can be seen again");
                blind = false;
            }
            seen.ring();
        } catch (IOException | RuntimeException e) {
            if (!blind) {
                LOG.warn("the host cannot be seen: {}", e.getMessage(), e);
                blind = true;
            }
        }
    }
}
