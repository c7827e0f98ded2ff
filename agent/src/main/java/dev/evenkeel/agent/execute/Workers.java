package dev.evenkeel.agent.execute;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectOrder;
import java.io.Closeable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that effects run on: platform threads, because drivers block in native calls, and bounded. Orders to stop
 * or to look have threads of their own, so that an abort never waits behind the move that it is about.
 */
final class Workers implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    /** As many as a host run may have moves under way. */
    private static final int WORK = 16;

    private static final int CONTROL = 2;
    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor work = pool("effect", WORK);
    private final ThreadPoolExecutor control = pool("control", CONTROL);

    private static ThreadPoolExecutor pool(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> Thread.ofPlatform()
                .daemon()
                .name(name + "-" + number.incrementAndGet())
                .unstarted(task);
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Runs a task on the threads that its effect belongs to; a cancelled one just ends. */
    void start(EffectOrder order, Runnable task) {
        pool(order.effect()).execute(() -> {
            try {
                task.run();
            } catch (CancellationException e) {
                LOG.info("{} is left to the next start: {}", order.id(), e.getMessage());
            }
        });
    }

    private ThreadPoolExecutor pool(Effect effect) {
        return switch (effect) {
            case Effect.AbortMove a -> control;
            case Effect.AskAgain a -> control;
            case Effect.MoveVm m -> work;
            case Effect.RedeployVm r -> work;
            case Effect.HandOver h -> work;
            case Effect.SwitchKernel s -> work;
            case Effect.ApplyUpdate a -> work;
            case Effect.VerifyUpdate v -> work;
            case Effect.UndoUpdate u -> work;
            case Effect.StopVm s -> work;
            case Effect.StartVm s -> work;
        };
    }

    @Override
    public void close() {
        work.shutdown();
        control.shutdown();
    }
}
