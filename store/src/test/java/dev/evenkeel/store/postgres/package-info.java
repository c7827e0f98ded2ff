/**
 * Tests of the embedded server with real PostgreSQL processes.
 * No fake stands in for PostgreSQL here.
 * Data lives in temporary directories, and every server that a test starts is stopped by it.
 */
@NullMarked
package dev.evenkeel.store.postgres;

import org.jspecify.annotations.NullMarked;
