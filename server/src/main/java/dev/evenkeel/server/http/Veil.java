package dev.evenkeel.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes numbers and names that count things opaque. Who sees only some of the numbered things could otherwise tell from the
 * gaps how many others there are. The same key gives the same veil, so what was shown once stays good.
 */
public final class Veil {
    /** Two halves make 52 bits: clients in JavaScript read numbers as doubles, which hold that exactly. */
    private static final int HALF_BITS = 26;

    private static final long HALF = (1L << HALF_BITS) - 1;
    /** Luby and Rackoff (1988): four rounds make a permutation that looks random; six for good measure. */
    private static final int ROUNDS = 6;

    private static final String HMAC = "HmacSHA256";
    private static final int NAME_BYTES = 10;

    private final SecretKeySpec key;

    /** @param secret at least 16 bytes */
    public Veil(byte[] secret) {
        this.key = new SecretKeySpec(secret, HMAC);
    }

    /** The opaque number for a number from 0 to 2^52 - 1; zero, the beginning, stays zero. */
    public long hide(long number) {
        long hidden = number == 0 ? 0 : permute(number);
        return number != 0 && hidden == 0 ? permute(0) : hidden;
    }

    /** The number that was hidden; some other number for one that never was, and the greatest for one out of range. */
    public long show(long hidden) {
        if (hidden >= 1L << (2 * HALF_BITS)) {
            return Long.MAX_VALUE;
        }
        long number = hidden == 0 ? 0 : invert(hidden);
        return hidden != 0 && number == 0 ? invert(0) : number;
    }

    /** The opaque name for a name. */
    public String hide(String name) {
        return HexFormat.of().formatHex(digest(name.getBytes(StandardCharsets.UTF_8)), 0, NAME_BYTES);
    }

    /** A Feistel network over two halves. */
    private long permute(long number) {
        long left = number >>> HALF_BITS & HALF;
        long right = number & HALF;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ mix(round, right);
            left = right;
            right = next;
        }
        return left << HALF_BITS | right;
    }

    private long invert(long number) {
        long left = number >>> HALF_BITS & HALF;
        long right = number & HALF;
        for (int round = ROUNDS - 1; round >= 0; round--) {
            long before = right ^ mix(round, left);
            right = left;
            left = before;
        }
        return left << HALF_BITS | right;
    }

    private long mix(int round, long half) {
        byte[] input = ByteBuffer.allocate(1 + Long.BYTES)
                .put((byte) round)
                .putLong(half)
                .array();
        return ByteBuffer.wrap(digest(input)).getLong() & HALF;
    }

    private byte[] digest(byte[] input) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }
}
