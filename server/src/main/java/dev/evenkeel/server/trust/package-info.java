/**
 * Who may speak: the certificate authority that names agents, and the tokens that let a host join or a person order.
 * Nothing here knows what is said. Keys come from {@code STATE/server/ca} and tokens from {@code STATE/server} and the
 * database; certificates go to agents, and nobody else ever sees a private key.
 */
@NullMarked
package dev.evenkeel.server.trust;

import org.jspecify.annotations.NullMarked;
