package dev.evenkeel.server.access;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The keys with which a provider signs, by its discovery document (OpenID Connect Discovery 1.0 §4). They are fetched when
 * first needed, again when they are old, and again when a token names a key that is not among them: providers change their
 * keys. That one is asked for only now and then, else anybody could have us knock at the provider by making up names.
 */
final class ProviderKeys {
    private static final Logger LOG = LoggerFactory.getLogger(ProviderKeys.class);
    private static final Duration GOOD_FOR = Duration.ofMinutes(10);
    private static final Duration AT_MOST_EVERY = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_BYTES = 1 << 20;

    private final URI issuer;
    private final TimeSource time;
    private final HttpClient http;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile @Nullable Keys known;
    private volatile Instant triedAt = Instant.MIN;

    private record Keys(List<JWK> keys, Instant fetchedAt) {}

    ProviderKeys(URI issuer, TimeSource time) {
        this.issuer = issuer;
        this.time = time;
        this.http = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /**
     * The keys that fit; none when the provider has none that does.
     *
     * @throws IOException when the provider was never reached, or what it says cannot be used
     */
    List<JWK> fitting(Predicate<JWK> fits) throws IOException {
        Keys keys = known;
        if (keys == null || keys.fetchedAt().plus(GOOD_FOR).isBefore(time.now())) {
            keys = refreshed(keys);
        }
        List<JWK> found = keys.keys().stream().filter(fits).toList();
        if (found.isEmpty() && !triedAt.plus(AT_MOST_EVERY).isAfter(time.now())) {
            found = refreshed(keys).keys().stream().filter(fits).toList();
        }
        return found;
    }

    /** Fetches the keys, unless somebody else did since {@code old}; those that are known do as long as it fails. */
    private Keys refreshed(@Nullable Keys old) throws IOException {
        fetching.lock();
        try {
            Keys now = known;
            boolean tooSoon = triedAt.plus(AT_MOST_EVERY).isAfter(time.now());
            if (now != null && (now != old || tooSoon)) {
                return now;
            }
            if (now == null && tooSoon) {
                throw new IOException("it did not answer just now and is asked again in a few seconds");
            }
            triedAt = time.now();
            Keys fresh = new Keys(fetch(), time.now());
            known = fresh;
            return fresh;
        } catch (IOException e) {
            Keys now = known;
            if (now == null) {
                throw e;
            }
            LOG.warn(
                    "the keys of {} cannot be fetched, so those from {} go on: {}",
                    issuer,
                    now.fetchedAt(),
                    e.getMessage());
            return now;
        } finally {
            fetching.unlock();
        }
    }

    private List<JWK> fetch() throws IOException {
        try {
            JsonNode discovery = Json.mapper().readTree(get(discovery()));
            String said = discovery.path("issuer").asString("");
            if (!said.equals(issuer.toString())) {
                throw new IOException("it calls itself \"" + said + "\", and --oidc-issuer is " + issuer);
            }
            URI address = URI.create(discovery.path("jwks_uri").asString(""));
            OidcSettings.requireSafe(address, "the provider's jwks_uri");
            return JWKSet.parse(new String(get(address), java.nio.charset.StandardCharsets.UTF_8))
                    .getKeys();
        } catch (JacksonException | ParseException | IllegalArgumentException e) {
            throw new IOException("what it says of itself cannot be used: " + e.getMessage(), e);
        }
    }

    private URI discovery() {
        String base = issuer.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                + "/.well-known/openid-configuration");
    }

    private byte[] get(URI address) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Accept", "application/json")
                .build();
        try {
            HttpResponse<InputStream> answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                byte[] bytes = body.readNBytes(MAX_BYTES + 1);
                if (answer.statusCode() != 200 || bytes.length > MAX_BYTES) {
                    throw new IOException(
                            address + " answers " + answer.statusCode() + " with " + bytes.length + " bytes");
                }
                return bytes;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
