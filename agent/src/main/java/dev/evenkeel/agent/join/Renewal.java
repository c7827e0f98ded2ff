package dev.evenkeel.agent.join;

import dev.evenkeel.agent.link.GatewayClients;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews the certificate in time, again and again for as long as the agent lives. */
public final class Renewal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
    /** Also how long a renewal that failed waits: a third of the certificate's life is left for that. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

    private final Joiner joiner;
    private final GatewayClients clients;
    private final InstantSource clock;
    private final Listener listener;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Hears of a new certificate, to install it elsewhere too. */
    @FunctionalInterface
    public interface Listener {
        void renewed() throws IOException;
    }

    private Renewal(Identity identity, Joiner joiner, GatewayClients clients, InstantSource clock, Listener listener) {
        this.joiner = joiner;
        this.clients = clients;
        this.clock = clock;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("renewal").unstarted(() -> run(identity));
    }

    /** Begins to watch over an identity. */
    public static Renewal start(
            Identity identity, Joiner joiner, GatewayClients clients, InstantSource clock, Listener listener) {
        Renewal renewal = new Renewal(identity, joiner, clients, clock, listener);
        renewal.thread.start();
        return renewal;
    }

    private void run(Identity first) {
        Identity identity = first;
        try {
            do {
                if (!clock.instant().isBefore(identity.renewAt())) {
                    identity = renew(identity);
                }
            } while (!closing.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the agent stops
        }
    }

    private Identity renew(Identity old) throws InterruptedException {
        try {
            Identity fresh = joiner.renew(old, clients.get());
            clients.renewed(fresh);
            listener.renewed();
            LOG.info(
                    "the certificate is renewed and good until {}",
                    fresh.certificate().getNotAfter().toInstant());
            return fresh;
        } catch (IOException | GeneralSecurityException e) {
            LOG.warn(
                    "the certificate, good until {}, could not be renewed: {}",
                    old.certificate().getNotAfter().toInstant(),
                    e.toString());
            return old;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
    }
}
