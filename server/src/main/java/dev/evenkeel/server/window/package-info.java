/**
 * Maintenance configurations as the server holds them: read from the store, parsed once, and looked up by VM and host.
 * When one is open and which counts is core's to say. The API writes through it; the engine and the API read snapshots.
 */
@NullMarked
package dev.evenkeel.server.window;

import org.jspecify.annotations.NullMarked;
