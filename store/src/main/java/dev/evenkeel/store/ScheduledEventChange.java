package dev.evenkeel.store;

import java.time.Instant;

/**
 * One change of a scheduled event.
 *
 * @param sequence its place among all of them; 0 before it is kept
 * @param id what receivers know it by
 * @param type in the words of the API
 * @param tenant whose the VM was then
 * @param body the event after the change, as JSON
 */
public record ScheduledEventChange(
        long sequence, String id, Instant at, String type, String event, String vm, String tenant, String body) {}
