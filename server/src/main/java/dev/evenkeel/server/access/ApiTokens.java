package dev.evenkeel.server.access;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.server.http.Callers;
import dev.evenkeel.server.http.Principal;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.store.ApiToken;
import dev.evenkeel.store.PgApiTokens;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedSet;

/** Tokens that operators make for people and programs: {@code ek_<id>_<secret>}, of which the database has a digest. */
public final class ApiTokens implements Callers {
    private static final String MARK = "ek_";
    private static final int SECRET_BYTES = 32;

    private final PgApiTokens tokens;
    private final SecureRandom random;

    public ApiTokens(PgApiTokens tokens, SecureRandom random) {
        this.tokens = tokens;
        this.random = random;
    }

    /**
     * A new token.
     *
     * @param text the whole of it, which is known only now
     */
    public record NewToken(ApiToken token, String text) {}

    /** Makes a token; {@code tenants} is empty but for the role of a tenant. */
    public NewToken make(
            String id, String name, Principal.Role role, SortedSet<TenantId> tenants, Principal by, Duration ttl) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = HexFormat.of().formatHex(bytes);
        ApiToken made = tokens.add(id, name, role.word(), tenants, digest(secret), by.name(), ttl);
        return new NewToken(made, MARK + id + "_" + secret);
    }

    @Override
    public Optional<Principal> of(String token) {
        if (!token.startsWith(MARK)) {
            return Optional.empty();
        }
        int end = token.lastIndexOf('_');
        String id = end <= MARK.length() ? "" : token.substring(MARK.length(), end);
        byte[] given = digest(token.substring(end + 1)).getBytes(StandardCharsets.US_ASCII);
        return Optional.of(tokens.find(id)
                .filter(known -> MessageDigest.isEqual(known.secretSha256().getBytes(StandardCharsets.US_ASCII), given))
                .map(known -> principal(known.token()))
                .orElseThrow(() -> Problem.Kind.UNAUTHENTICATED.because(
                        "This token is not known: it has run out or was ended; ask an operator for another.")));
    }

    private static Principal principal(ApiToken token) {
        Principal.Role role = Principal.Role.ofWord(token.role())
                .orElseThrow(() -> new IllegalStateException("token " + token.id() + " has the role " + token.role()));
        return new Principal("token:" + token.id(), token.name(), role, token.tenants());
    }

    private static String digest(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
