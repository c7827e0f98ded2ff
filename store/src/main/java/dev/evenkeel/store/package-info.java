/**
 * The durable memory of the server in PostgreSQL: runs, effects, holds, leases, messages, notices and the pause ledger.
 * No decision is made here: what may be committed was decided by core, and this package only checks versions, epochs
 * and limits while it writes. Commits come from core's engine, and rows go out as core's records.
 */
@NullMarked
package dev.evenkeel.store;

import org.jspecify.annotations.NullMarked;
