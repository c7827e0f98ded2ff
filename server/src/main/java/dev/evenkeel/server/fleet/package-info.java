/**
 * The fleet as the server knows it now: what joined, what agents last told, who has been silent. Nothing is decided here.
 * Reports come in from the gateway; snapshots go to the engine and the API. Heartbeats are soft state and live in memory
 * only; inventory is written when it changes, cordons at once.
 */
@NullMarked
package dev.evenkeel.server.fleet;

import org.jspecify.annotations.NullMarked;
