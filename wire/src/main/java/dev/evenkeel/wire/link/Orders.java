package dev.evenkeel.wire.link;

import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.update.Update;
import java.util.List;

/**
 * Orders for an agent, oldest first. The same order may come more than once.
 *
 * @param updates the manifests that the orders speak of
 */
public record Orders(List<EffectOrder> orders, List<Update> updates) {
    public Orders {
        orders = List.copyOf(orders);
        updates = List.copyOf(updates);
    }
}
