package dev.evenkeel.server.gateway;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.OwnerSettings;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.loop.Shards;
import dev.evenkeel.server.notice.VmDocuments;
import dev.evenkeel.wire.link.Documents;
import dev.evenkeel.wire.link.Orders;
import dev.evenkeel.wire.link.OrdersRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Hands orders to agents by long poll. The first answer of a session has everything that is outstanding; later ones have
 * what the agent's journal does not have yet. With them goes what the host's VMs are told inside, whenever that is not
 * what the agent has. Only the leader of the host's shard hands out, under its epoch.
 */
public final class OrderDesk {
    private static final Duration LONGEST = Duration.ofSeconds(25);
    /** How soon the same order is handed to the same session again; an acknowledgement is usually there at once. */
    private static final Duration REPEAT = Duration.ofSeconds(1);

    private final FleetRegistry registry;
    private final Shards shards;
    private final RunStore store;
    private final Deliveries deliveries;
    private final Manifests manifests;
    private final VmDocuments documents;
    private final Function<VmId, Optional<OwnerSettings>> said;
    private final Map<HostId, Session> sessions = new HashMap<>();

    /** What was handed to an agent since it started, and when. Guarded by the desk's lock. */
    private record Session(String name, Map<EffectId, Long> handedAt) {}

    /** @param said what was said of a VM beside its metadata */
    public OrderDesk(
            FleetRegistry registry,
            Shards shards,
            RunStore store,
            Deliveries deliveries,
            Manifests manifests,
            VmDocuments documents,
            Function<VmId, Optional<OwnerSettings>> said) {
        this.registry = registry;
        this.shards = shards;
        this.store = store;
        this.deliveries = deliveries;
        this.manifests = manifests;
        this.documents = documents;
        this.said = said;
    }

    Orders await(HostId host, OrdersRequest request) throws InterruptedException {
        registry.heard(host);
        request.journaled().forEach(store::acknowledge);
        Duration patience = request.patience().compareTo(LONGEST) < 0 ? request.patience() : LONGEST;
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            long seen = deliveries.count(host);
            Optional<Lease> lease = registry.shard(host).flatMap(shards::lease);
            if (lease.isPresent()) {
                Documents news = documents.newsFor(host, request.documents());
                Orders orders = outstanding(host, request.session(), lease.get(), news);
                if (orders.complete() || !orders.orders().isEmpty() || news != null) {
                    return orders;
                }
            }
            long left = until - System.nanoTime();
            if (left <= 0 || deliveries.closed()) {
                registry.heard(host);
                return new Orders(false, List.of(), List.of(), null);
            }
            deliveries.await(host, seen, Duration.ofNanos(Math.min(left, REPEAT.toNanos())));
        }
    }

    private Orders outstanding(HostId host, String name, Lease lease, @Nullable Documents news) {
        List<EffectRecord> records = store.outstandingFor(host);
        List<EffectOrder> orders = new ArrayList<>();
        boolean first;
        synchronized (this) {
            Session session = sessions.get(host);
            first = session == null || !session.name().equals(name);
            if (session == null || first) {
                session = new Session(name, new HashMap<>());
                sessions.put(host, session);
            }
            long now = System.nanoTime();
            session.handedAt().values().removeIf(at -> now - at > REPEAT.toNanos());
            for (EffectRecord record : records) {
                boolean due = record.status() == EffectRecord.Status.ORDERED
                        && !session.handedAt().containsKey(record.id());
                if (first || due) {
                    session.handedAt().put(record.id(), now);
                    orders.add(withWhatWasSaid(record.under(lease)));
                }
            }
        }
        return new Orders(first, orders, manifests(orders), news);
    }

    /** Agents ask the VM's metadata before they move or stop it; what goes before the metadata they know from here. */
    private EffectOrder withWhatWasSaid(EffectOrder order) {
        Effect effect = switch (order.effect()) {
            case Effect.MoveVm m ->
                new Effect.MoveVm(
                        m.vm(),
                        m.from(),
                        m.to(),
                        m.toAddress(),
                        m.maxPause(),
                        m.postCopy(),
                        m.timeLimit(),
                        said.apply(m.vm()).orElse(null));
            case Effect.StopVm s ->
                new Effect.StopVm(
                        s.vm(),
                        s.patience(),
                        s.update(),
                        s.method(),
                        s.agreed(),
                        said.apply(s.vm()).orElse(null));
            case Effect.RedeployVm r ->
                new Effect.RedeployVm(
                        r.vm(),
                        r.from(),
                        r.to(),
                        r.toAddress(),
                        r.patience(),
                        r.agreed(),
                        said.apply(r.vm()).orElse(null));
            default -> order.effect();
        };
        return new EffectOrder(order.id(), order.run(), order.agent(), order.epoch(), effect);
    }

    private List<Orders.Manifest> manifests(List<EffectOrder> orders) {
        Map<UpdateId, Orders.Manifest> found = new LinkedHashMap<>();
        for (EffectOrder order : orders) {
            UpdateId id = update(order.effect());
            if (id != null && !found.containsKey(id)) {
                found.put(id, new Orders.Manifest(id, manifests.text(id)));
            }
        }
        return List.copyOf(found.values());
    }

    private static @Nullable UpdateId update(Effect effect) {
        return switch (effect) {
            case Effect.ApplyUpdate a -> a.update();
            case Effect.SwitchKernel s -> s.update();
            case Effect.VerifyUpdate v -> v.update();
            case Effect.UndoUpdate u -> u.update();
            case Effect.MoveVm m -> null;
            case Effect.RedeployVm r -> null;
            case Effect.HandOver h -> null;
            case Effect.AbortMove a -> null;
            case Effect.StopVm s -> s.update();
            case Effect.StartVm s -> null;
            case Effect.AskAgain a -> null;
        };
    }
}
