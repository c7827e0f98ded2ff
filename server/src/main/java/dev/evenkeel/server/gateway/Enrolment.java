package dev.evenkeel.server.gateway;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.server.catalogue.SignedCatalogue;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.loop.Shards;
import dev.evenkeel.server.trust.CertificateAuthority;
import dev.evenkeel.server.trust.SigningRequest;
import dev.evenkeel.server.trust.SubjectNames;
import dev.evenkeel.store.PgJoinTokens;
import dev.evenkeel.wire.link.Credentials;
import dev.evenkeel.wire.link.JoinRequest;
import dev.evenkeel.wire.link.RenewRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets hosts in, once per token, and renews their certificates. */
public final class Enrolment {
    private static final Logger LOG = LoggerFactory.getLogger(Enrolment.class);
    private static final int SECRET_BYTES = 24;

    private final CertificateAuthority authority;
    private final SignedCatalogue catalogue;
    private final PgJoinTokens tokens;
    private final FleetRegistry registry;
    private final Shards shards;
    private final SecureRandom random;

    public Enrolment(
            CertificateAuthority authority,
            SignedCatalogue catalogue,
            PgJoinTokens tokens,
            FleetRegistry registry,
            Shards shards,
            SecureRandom random) {
        this.authority = authority;
        this.catalogue = catalogue;
        this.tokens = tokens;
        this.registry = registry;
        this.shards = shards;
        this.random = random;
    }

    /** A new token and when it runs out. */
    public record NewToken(String token, Instant expiresAt) {}

    /** Makes a token; {@code host} is the only host that may use it, or null for any that has not joined yet. */
    public NewToken newToken(@Nullable HostId host, Duration ttl) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        // Hex never begins with a dash, which a command line may take for an option.
        String secret = HexFormat.of().formatHex(bytes);
        Instant expiresAt = tokens.add(sha256(secret.getBytes(StandardCharsets.UTF_8)), host, ttl);
        return new NewToken(secret + "." + authority.fingerprint(), expiresAt);
    }

    Credentials join(JoinRequest request) {
        PublicKey key = key(request.csr());
        SubjectNames names = names(request);
        boolean good = tokens.use(
                sha256(request.secret().getBytes(StandardCharsets.UTF_8)),
                request.host(),
                sha256(key.getEncoded()),
                registry.knows(request.host()));
        if (!good) {
            LOG.warn("host {} tried to join with a token that is not good", request.host());
            throw Problem.Kind.FORBIDDEN.because("The join token is unknown, used, run out or made for another host, or"
                    + " host " + request.host() + " has joined before, which takes a token made for it. Make one with"
                    + " POST /v1/join-tokens {\"host\": \"" + request.host() + "\"}.");
        }
        registry.enrol(request.host(), request.topology());
        shards.lead(request.topology().migrationDomain());
        LOG.info("host {} joined", request.host());
        return issue(request.host(), key, names);
    }

    Credentials renew(HostId host, X509Certificate shown, RenewRequest request) {
        try {
            Credentials fresh = issue(host, key(request.csr()), SubjectNames.of(shown));
            LOG.info("host {} has a new certificate", host);
            return fresh;
        } catch (GeneralSecurityException e) {
            throw Problem.Kind.BAD_REQUEST.because("The certificate cannot be renewed: " + e.getMessage());
        }
    }

    private Credentials issue(HostId host, PublicKey key, SubjectNames names) {
        try {
            byte[] root = catalogue.file("root.json").orElse(null);
            return new Credentials(
                    authority.issueHost(host, key, names),
                    authority.certificatePem(),
                    root == null ? null : new String(root, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the catalogue's root cannot be read", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a checked request could not be signed", e);
        }
    }

    private static PublicKey key(String csr) {
        try {
            return SigningRequest.key(csr);
        } catch (GeneralSecurityException e) {
            throw Problem.invalid("csr", csr, String.valueOf(e.getMessage()));
        }
    }

    private static SubjectNames names(JoinRequest request) {
        if (request.addresses().isEmpty()) {
            throw Problem.invalid("addresses", "[]", "give at least the management address");
        }
        try {
            return new SubjectNames(request.names(), request.addresses());
        } catch (IllegalArgumentException e) {
            throw Problem.invalid(
                    "addresses", request.names() + " " + request.addresses(), String.valueOf(e.getMessage()));
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
