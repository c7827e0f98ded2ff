package dev.evenkeel.cli.signin;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Signing in and out. */
public final class Login {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final int SECRET_BYTES = 32;

    private Login() {}

    /**
     * Signs a person in.
     *
     * @param port on which the browser comes back; 0 takes a free one
     * @param open tells the person which address to open
     * @param most how long they may take
     */
    public static SignIn in(
            String issuer, String clientId, List<String> scopes, int port, Consumer<URI> open, Duration most) {
        Provider provider = Provider.at(issuer);
        String state = secret();
        String nonce = secret();
        String verifier = secret();
        try (Loopback loopback = Loopback.open(port, state)) {
            Map<String, String> ask = new LinkedHashMap<>();
            ask.put("response_type", "code");
            ask.put("client_id", clientId);
            ask.put("redirect_uri", loopback.redirect());
            ask.put("scope", String.join(" ", scopes));
            ask.put("state", state);
            ask.put("nonce", nonce);
            ask.put("code_challenge", challenge(verifier));
            ask.put("code_challenge_method", "S256");
            if (scopes.contains("offline_access")) {
                ask.put("prompt", "consent"); // OpenID Connect Core 1.0 §11: else the scope is ignored
            }
            open.accept(provider.authorization(ask));
            return provider.redeem(clientId, loopback.awaitCode(most), loopback.redirect(), verifier, nonce);
        }
    }

    /** Forgets the sign-in in a file, and has the provider forget it where it can; false when there was none. */
    public static boolean out(Path file) throws java.io.IOException {
        SignIn kept = SignIn.read(file).orElse(null);
        java.nio.file.Files.deleteIfExists(file);
        java.nio.file.Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".lock"));
        if (kept == null) {
            return false;
        }
        if (kept.refresh() != null) {
            Provider.at(kept.issuer()).revoke(kept.clientId(), kept.refresh());
        }
        return true;
    }

    private static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return BASE64.encodeToString(bytes);
    }

    /** RFC 7636 §4.2. */
    static String challenge(String verifier) {
        try {
            return BASE64.encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
