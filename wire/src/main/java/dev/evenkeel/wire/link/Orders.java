package dev.evenkeel.wire.link;

import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.update.UpdateId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Orders for an agent, oldest first. The same order may come more than once.
 *
 * @param complete these are all that are outstanding, acknowledged ones too; so it is on the first answer of a session,
 *     and what an agent has begun and does not find here is no longer wanted
 * @param updates the manifests that the orders speak of
 * @param documents what the host's VMs are told inside, when the agent has something else; else null
 */
public record Orders(
        boolean complete,
        List<EffectOrder> orders,
        List<Manifest> updates,
        @Nullable Documents documents) {
    /** A manifest word for word, because signatures are over its bytes. */
    public record Manifest(UpdateId id, String text) {}

    public Orders {
        orders = List.copyOf(orders);
        updates = List.copyOf(updates);
    }
}
