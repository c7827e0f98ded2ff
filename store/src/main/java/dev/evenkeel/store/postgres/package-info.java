/**
 * Finding, creating, starting and guarding the PostgreSQL that the server stores its decisions in.
 * No table and no query of Evenkeel lives here, and nothing here knows what is stored.
 * Data comes from the state directory and the machine's PostgreSQL installations, and goes out as {@link
 * dev.evenkeel.store.postgres.Database}, which hands connections to the store.
 */
@NullMarked
package dev.evenkeel.store.postgres;

import org.jspecify.annotations.NullMarked;
