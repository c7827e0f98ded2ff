/**
 * Drives core's engine by the wall clock: one loop for each migration domain, under its lease. No rule lives here. Orders
 * and reports come in through {@link dev.evenkeel.server.loop.Shards}; effects leave through the engine's sink to the
 * gateway; everything durable goes through the store.
 */
@NullMarked
package dev.evenkeel.server.loop;

import org.jspecify.annotations.NullMarked;
