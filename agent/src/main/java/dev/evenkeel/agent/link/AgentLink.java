package dev.evenkeel.agent.link;

import dev.evenkeel.agent.execute.EffectExecutor;
import dev.evenkeel.agent.trust.Manifests;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.wire.link.Documents;
import dev.evenkeel.wire.link.Orders;
import dev.evenkeel.wire.link.OrdersRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The link to the server: one thread looks at the host, one reports, one waits for orders. */
public final class AgentLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentLink.class);
    private static final Duration LONG_POLL = Duration.ofSeconds(25);

    private final Supplier<GatewayClient> client;
    private final EffectExecutor executor;
    private final Manifests manifests;
    private final GuestNotices notices;
    private final Outbox outbox;
    private final Watcher watcher;
    private final Reporter reporter;
    private final RandomGenerator random;
    private final LinkTimes times;
    private final CountDownLatch closing = new CountDownLatch(1);
    /** The first report is over: orders are waited for on its connection, and a slow host makes one of them instead of two. */
    private final CountDownLatch dialled = new CountDownLatch(1);

    // The next three are used by the thread that waits for orders only.
    /** Names to the server what this agent was handed since it started. */
    private String session;

    private boolean heardEverything;
    private List<EffectId> journaled = List.of();

    private final List<Thread> threads = new ArrayList<>();

    /**
     * @param client the client to use now; another one after the certificate was renewed
     * @param random for the session's name and the pauses between dials
     */
    public AgentLink(
            Supplier<GatewayClient> client,
            EffectExecutor executor,
            HostObserver observer,
            Manifests manifests,
            GuestNotices notices,
            Outbox outbox,
            LinkTimes times,
            RandomGenerator random) {
        this.client = client;
        this.executor = executor;
        this.manifests = manifests;
        this.notices = notices;
        this.outbox = outbox;
        this.times = times;
        this.random = random;
        this.session = Long.toHexString(random.nextLong());
        ServerTime serverTime = new ServerTime(System::nanoTime);
        this.watcher = new Watcher(observer, serverTime, times.look(), outbox.bell());
        this.reporter = new Reporter(session, executor, notices, outbox, watcher, serverTime);
        notices.onApproval(outbox.bell()::ring);
        outbox.onEnded(watcher::wake);
        Backoff reports = new Backoff(times.firstPause(), times.longestPause(), random);
        Backoff orders = new Backoff(times.firstPause(), times.longestPause(), random);
        threads.add(Thread.ofPlatform().daemon().name("watcher").unstarted(watcher));
        threads.add(Thread.ofVirtual().name("reporter").unstarted(() -> forEver("report", reports, this::report)));
        threads.add(
                Thread.ofVirtual().name("orders").unstarted(() -> forEver("wait for orders", orders, this::orders)));
    }

    /** Starts talking. */
    public void start() {
        threads.forEach(Thread::start);
    }

    /** Something on the host changed: look and tell soon. */
    public void hostChanged() {
        watcher.wake();
    }

    @FunctionalInterface
    private interface Turn {
        void take() throws IOException, InterruptedException;
    }

    private void forEver(String what, Backoff backoff, Turn turn) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    turn.take();
                    if (backoff.failures() > 0) {
                        LOG.info("the server is there again: could {}", what);
                    }
                    backoff.succeeded();
                } catch (IOException e) {
                    if (backoff.failures() == 0) {
                        LOG.warn("could not {}: {}; trying again for ever", what, e.toString());
                    }
                    pause(backoff);
                } catch (RuntimeException e) {
                    LOG.error("could not {}", what, e);
                    pause(backoff);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the link closes
        }
    }

    private void pause(Backoff backoff) throws InterruptedException {
        if (closing.await(backoff.afterFailure().toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("the link closes");
        }
    }

    private void report() throws IOException, InterruptedException {
        try {
            reporter.report(client.get());
        } finally {
            dialled.countDown();
        }
        Duration most =
                reporter.heartbeat().compareTo(times.heartbeat()) < 0 ? reporter.heartbeat() : times.heartbeat();
        outbox.bell().await(most);
    }

    /** The server says everything once to a session; when that got lost on the way, another one asks for it again. */
    private void orders() throws IOException, InterruptedException {
        dialled.await();
        try {
            takeOrders();
        } catch (IOException e) {
            if (!heardEverything) {
                session = Long.toHexString(random.nextLong());
            }
            throw e;
        }
    }

    private void takeOrders() throws IOException, InterruptedException {
        Orders orders = client.get()
                .post(
                        "/agent/v1/orders",
                        new OrdersRequest(session, journaled, LONG_POLL, notices.stamp()),
                        Orders.class,
                        LONG_POLL.plus(GatewayClient.ANSWER));
        Documents documents = orders.documents();
        if (documents != null) {
            notices.take(documents);
        }
        manifests.keep(orders.updates());
        journaled = orders.orders().stream()
                .filter(executor::take)
                .map(EffectOrder::id)
                .toList();
        if (orders.complete()) {
            heardEverything = true;
            executor.wanted(orders.orders().stream().map(EffectOrder::id).toList());
        }
    }

    /** Stops talking. What is under way on the host goes on. */
    @Override
    public void close() {
        closing.countDown();
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
