/**
 * The content-addressed store of payloads: files named by the SHA-256 of what is in them. What a payload means is not
 * known here. Bytes stream in from operators and out to agents, and are checked on the way in.
 */
@NullMarked
package dev.evenkeel.server.payload;

import org.jspecify.annotations.NullMarked;
