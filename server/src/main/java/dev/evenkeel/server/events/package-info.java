/**
 * The event stream: the outbox of the store, told to whoever listens. Nothing is remembered here but where the outbox
 * ends; who comes back with the last sequence it saw misses nothing. Notices come from commits, messages go out as
 * server-sent events.
 */
@NullMarked
package dev.evenkeel.server.events;

import org.jspecify.annotations.NullMarked;
