package dev.evenkeel.server.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes the ids of runs: short, easy to read out, and derived from the idempotency key where there is one. */
final class OrderIds {
    /** Crockford's base 32 in lower case: no i, l, o, u. */
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

    private static final int LENGTH = 10;

    private final @Nullable String seed;
    private final RandomGenerator random;

    /** @param seed who asked and the idempotency key, or null for a new id each time */
    OrderIds(@Nullable String seed, RandomGenerator random) {
        this.seed = seed;
        this.random = random;
    }

    String next(String prefix) {
        byte[] bytes = new byte[LENGTH];
        if (seed == null) {
            random.nextBytes(bytes);
        } else {
            System.arraycopy(digest(prefix + ' ' + seed), 0, bytes, 0, LENGTH);
        }
        StringBuilder id = new StringBuilder(prefix).append('-');
        for (byte b : bytes) {
            id.append(ALPHABET.charAt(b & 31));
        }
        return id.toString();
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
