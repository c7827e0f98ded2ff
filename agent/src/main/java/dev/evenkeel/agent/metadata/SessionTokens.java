package dev.evenkeel.agent.metadata;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens that prove that a client can send a PUT with a header, which a proxy that was tricked usually can't. They are
 * signed and not remembered; the key outlives the agent, because clients keep a token for hours.
 */
final class SessionTokens {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;
    private final InstantSource clock;

    private SessionTokens(byte[] key, InstantSource clock) {
        this.key = new SecretKeySpec(key, ALGORITHM);
        this.clock = clock;
    }

    /** @param file of the key; made when there is none */
    static SessionTokens open(Path file, SecureRandom random, InstantSource clock) throws IOException {
        if (!Files.exists(file)) {
            byte[] fresh = new byte[KEY_BYTES];
            random.nextBytes(fresh);
            PrivateFiles.write(file, HexFormat.of().formatHex(fresh));
        }
        try {
            return new SessionTokens(
                    HexFormat.of().parseHex(Files.readString(file).strip()), clock);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged; delete it, and VMs get new tokens", e);
        }
    }

    String make(VmId vm, Duration ttl) {
        long until = clock.instant().plus(ttl).getEpochSecond();
        byte[] all = (Long.toHexString(until) + "." + signature(vm, until)).getBytes(StandardCharsets.US_ASCII);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    boolean isGood(VmId vm, String token) {
        try {
            String all = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
            int dot = all.indexOf('.');
            if (dot < 1) {
                return false;
            }
            long until = Long.parseLong(all, 0, dot, 16);
            return MessageDigest.isEqual(
                            signature(vm, until).getBytes(StandardCharsets.US_ASCII),
                            all.substring(dot + 1).getBytes(StandardCharsets.US_ASCII))
                    && clock.instant().getEpochSecond() < until;
        } catch (IllegalArgumentException e) {
            return false; // not one of ours
        }
    }

    private String signature(VmId vm, long until) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal((vm + " " + until).getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + ALGORITHM, e);
        }
    }
}
