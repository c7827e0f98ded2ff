package dev.evenkeel.server.view;

import dev.evenkeel.store.Delivery;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One thing that a webhook is to be told, or was. */
public record DeliveryView(
        String id,
        String type,
        @Nullable String event,
        String state,
        int attempts,
        @Nullable Integer status,
        @Nullable String answer,
        Instant createdAt,
        @Nullable Instant triedAt,
        @Nullable Instant nextAt) {

    public static DeliveryView of(Delivery delivery) {
        return new DeliveryView(
                delivery.id(),
                delivery.type(),
                delivery.event(),
                delivery.state().name(),
                delivery.attempts(),
                delivery.status(),
                delivery.answer(),
                delivery.createdAt(),
                delivery.triedAt(),
                delivery.state() == Delivery.State.WAITING ? delivery.nextAt() : null);
    }
}
