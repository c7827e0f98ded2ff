package dev.evenkeel.wire.link;

import org.jspecify.annotations.Nullable;

/**
 * The answer to {@link JoinRequest} and {@link RenewRequest}, in PEM form.
 *
 * @param certificate names the host in its common name
 * @param authority the CA that signed it
 * @param root the catalogue's newest root metadata (TUF), to be pinned by a host that joins; null when the catalogue has none
 */
public record Credentials(
        String certificate, String authority, @Nullable String root) {}
