package dev.evenkeel.agent.execute;

import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.HostDriver;
import dev.evenkeel.core.fleet.Refusal;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the driver about an effect, with patience: the host's own daemons may come up after the agent, and "unknown" goes
 * to a person.
 */
final class Inquiry implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Inquiry.class);
    private static final int TRIES = 12;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final HostDriver driver;
    private final CountDownLatch closing = new CountDownLatch(1);

    Inquiry(HostDriver driver) {
        this.driver = driver;
    }

    /**
     * The driver's answer; {@code Unknown} only after it said so for a minute.
     *
     * @throws CancellationException when the agent stops in the middle; the next start asks again
     */
    HostDriver.Probe about(EffectOrder order) {
        HostDriver.Probe answer = probe(order);
        for (int i = 1; i < TRIES && answer instanceof HostDriver.Probe.Unknown(Refusal why); i++) {
            LOG.info("what became of {} is not known yet: {}", order.id(), why.why());
            try {
                if (closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new CancellationException("the agent stops");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("the agent stops");
            }
            answer = probe(order);
        }
        return answer;
    }

    private HostDriver.Probe probe(EffectOrder order) {
        try {
            return driver.probe(order);
        } catch (RuntimeException e) {
            LOG.error("the driver failed while it looked for {}", order.id(), e);
            return new HostDriver.Probe.Unknown(
                    Refusal.of("AGENT_BUG", "the agent failed while it looked for the effect: " + e));
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
