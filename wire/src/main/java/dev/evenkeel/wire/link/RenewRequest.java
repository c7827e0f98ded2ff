package dev.evenkeel.wire.link;

/**
 * A host asks for a fresh certificate with the names of its old one, which it shows: {@code POST /agent/v1/renew}.
 *
 * @param csr PKCS #10 in PEM form
 */
public record RenewRequest(String csr) {}
