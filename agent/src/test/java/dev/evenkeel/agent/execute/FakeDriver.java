package dev.evenkeel.agent.execute;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.HostDriver;
import dev.evenkeel.core.engine.Outcome;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** A driver whose effects end when the test says so. */
final class FakeDriver implements HostDriver {
    private final Map<EffectId, BlockingQueue<Outcome>> ends = new ConcurrentHashMap<>();
    final List<EffectId> performed = new CopyOnWriteArrayList<>();
    volatile Function<EffectOrder, Probe> probe = order -> new Probe.NotStarted();

    void end(EffectId effect, Outcome outcome) {
        queue(effect).add(outcome);
    }

    private BlockingQueue<Outcome> queue(EffectId effect) {
        return ends.computeIfAbsent(effect, e -> new LinkedBlockingQueue<>());
    }

    @Override
    public Outcome perform(EffectOrder order) {
        performed.add(order.id());
        try {
            return queue(order.id()).take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Probe probe(EffectOrder order) {
        return probe.apply(order);
    }
}
