package dev.evenkeel.wire.link;

/**
 * The answer to {@link JoinRequest} and {@link RenewRequest}, in PEM form.
 *
 * @param certificate names the host in its common name
 * @param authority the CA that signed it
 */
public record Credentials(String certificate, String authority) {}
