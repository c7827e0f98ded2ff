package dev.evenkeel.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a webhook is to be told.
 *
 * @param number its place among those of its webhook, from 1
 * @param id the same with each attempt
 * @param event the scheduled event that it is about, or null
 * @param body what is sent
 * @param attempts how often it was tried since it was made or last replayed
 * @param status of the last answer; null where none came
 * @param answer what the last attempt came to, for people; null before the first
 * @param nextAt when it is tried again, unless it is settled
 */
public record Delivery(
        long number,
        String id,
        String type,
        @Nullable String event,
        String body,
        State state,
        int attempts,
        @Nullable Integer status,
        @Nullable String answer,
        Instant createdAt,
        @Nullable Instant triedAt,
        Instant nextAt) {
    /** Where it stands. */
    public enum State {
        WAITING,
        DELIVERED,
        DEAD
    }

    /** One that is to be made. */
    public record Draft(String id, String type, @Nullable String event, String body) {}
}
