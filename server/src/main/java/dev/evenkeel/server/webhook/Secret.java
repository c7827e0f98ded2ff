package dev.evenkeel.server.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What deliveries are signed with, by Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks, "Signature
 * scheme"): HMAC-SHA256 over the id, the time and the body, with full stops between.
 */
public final class Secret {
    private static final String PREFIX = "whsec_";
    private static final String HMAC = "HmacSHA256";
    private static final int LEAST_BYTES = 24;
    private static final int MOST_BYTES = 64;
    private static final int BYTES = 32;

    private final byte[] key;

    private Secret(byte[] key) {
        this.key = key;
    }

    /** @throws IllegalArgumentException when the text is no secret, with the remedy and without the text */
    public static Secret parse(String text) {
        if (text.startsWith(PREFIX)) {
            try {
                byte[] key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
                if (key.length >= LEAST_BYTES && key.length <= MOST_BYTES) {
                    return new Secret(key);
                }
            } catch (IllegalArgumentException e) {
                // refused below, like one of the wrong length
            }
        }
        throw new IllegalArgumentException(
                "give " + PREFIX + " and then " + LEAST_BYTES + " to " + MOST_BYTES
                        + " random bytes in base64, as whsec_$(openssl rand -base64 32); or leave it out, and the server makes one");
    }

    /** A new one. */
    public static Secret make(SecureRandom random) {
        byte[] key = new byte[BYTES];
        random.nextBytes(key);
        return new Secret(key);
    }

    /** The secret as it is shown and parsed. */
    public String text() {
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    /**
     * The header {@code webhook-signature}.
     *
     * @param seconds since 1970, as in {@code webhook-timestamp}
     */
    String sign(String id, long seconds, String body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            byte[] signature = mac.doFinal((id + '.' + seconds + '.' + body).getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
