/**
 * The catalogue's signatures: metadata of The Update Framework (TUF specification 1.0.33), made by whoever publishes updates and
 * checked by the server and again by every agent. Nothing in here does I/O but {@link dev.evenkeel.wire.tuf.TrustedFiles}, which keeps
 * what is trusted.
 */
@NullMarked
package dev.evenkeel.wire.tuf;

import org.jspecify.annotations.NullMarked;
