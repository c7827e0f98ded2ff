package dev.evenkeel.server.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Discovery and keys of a provider that changes its keys, falls silent, or calls itself something else when told to. */
final class PretendedProvider implements AutoCloseable {
    private final HttpServer server;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile RSAKey key;
    private volatile boolean silent;
    private volatile String name;

    PretendedProvider() throws IOException, JOSEException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        key = new RSAKeyGenerator(2048).keyID("first").generate();
        name = issuer().toString();
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        boolean keys = exchange.getRequestURI().getPath().equals("/keys");
        if (keys) {
            asked.incrementAndGet();
        }
        byte[] body = (keys
                        ? new JWKSet(key.toPublicJWK()).toString()
                        : "{\"issuer\": \"" + name + "\", \"jwks_uri\": \"" + issuer() + "/keys\"}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(silent ? 503 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    URI issuer() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** How often somebody asked for its keys. */
    int asked() {
        return asked.get();
    }

    void changesItsKey() throws JOSEException {
        key = new RSAKeyGenerator(2048)
                .keyID("key-" + asked.get() + "-" + System.nanoTime())
                .generate();
    }

    void callsItself(String other) {
        name = other;
    }

    void fallsSilent(boolean yes) {
        silent = yes;
    }

    String signs(JWTClaimsSet claims) throws JOSEException {
        return signs(claims, key.getKeyID());
    }

    String signs(JWTClaimsSet claims, String keyId) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(keyId).build(), claims);
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    OidcSettings settings() {
        return new OidcSettings(
                issuer(),
                List.of("evenkeel"),
                OidcSettings.ROLES_CLAIM,
                OidcSettings.TENANTS_CLAIM,
                java.util.Map.of(),
                "evenkeel",
                OidcSettings.SCOPES);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
