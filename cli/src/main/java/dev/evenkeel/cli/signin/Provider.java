package dev.evenkeel.cli.signin;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.client.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A provider of OpenID Connect, by its discovery document. */
final class Provider {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String issuer;
    private final JsonNode discovery;
    private final HttpClient http;

    private Provider(String issuer, JsonNode discovery, HttpClient http) {
        this.issuer = issuer;
        this.discovery = discovery;
        this.http = http;
    }

    static Provider at(String issuer) {
        HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/.well-known/openid-configuration"))
                .timeout(PATIENCE)
                .build();
        JsonNode discovery =
                send(http, request, issuer).orElseThrow(() -> silent(issuer, "it has no discovery document"));
        if (!issuer.equals(Json.text(discovery, "issuer"))) {
            throw silent(issuer, "it calls itself " + Json.text(discovery, "issuer"));
        }
        return new Provider(issuer, discovery, http);
    }

    /** Where a person says who they are. */
    URI authorization(Map<String, String> parameters) {
        String endpoint = endpoint("authorization_endpoint");
        return URI.create(endpoint + (endpoint.contains("?") ? "&" : "?") + form(parameters));
    }

    /** Turns the code that came back into tokens; the ID token must carry the nonce. */
    SignIn redeem(String clientId, String code, String redirect, String verifier, String nonce) {
        JsonNode answer = tokens(Map.of(
                "grant_type", "authorization_code",
                "client_id", clientId,
                "code", code,
                "redirect_uri", redirect,
                "code_verifier", verifier));
        SignIn signIn = signIn(clientId, answer, null);
        if (!nonce.equals(Json.text(claims(signIn.token()), "nonce"))) {
            throw silent(issuer, "its ID token is not the answer to this sign-in (nonce)");
        }
        return signIn;
    }

    SignIn refresh(String clientId, String refresh) {
        return signIn(
                clientId,
                tokens(Map.of("grant_type", "refresh_token", "client_id", clientId, "refresh_token", refresh)),
                refresh);
    }

    /** Tells the provider that a refresh token is not wanted any more (RFC 7009); false where it takes no such thing. */
    boolean revoke(String clientId, String refresh) {
        String endpoint = Json.text(discovery, "revocation_endpoint");
        if (endpoint == null) {
            return false;
        }
        Map<String, String> form = Map.of("client_id", clientId, "token", refresh, "token_type_hint", "refresh_token");
        return send(http, post(endpoint, form), issuer).isPresent();
    }

    private JsonNode tokens(Map<String, String> form) {
        return send(http, post(endpoint("token_endpoint"), form), issuer)
                .orElseThrow(() -> new CommandFailed(
                        ExitCode.FORBIDDEN, issuer + " does not accept the sign-in any more: evenkeel login"));
    }

    private SignIn signIn(String clientId, JsonNode answer, @Nullable String before) {
        String token = Json.text(answer, "id_token");
        if (token == null) {
            throw silent(issuer, "it gave no ID token; the scope openid is needed");
        }
        Instant expires = Instant.ofEpochSecond(claims(token).path("exp").asLong());
        return new SignIn(issuer, clientId, token, expires, refreshToken(answer, before));
    }

    private static @Nullable String refreshToken(JsonNode answer, @Nullable String before) {
        String given = Json.text(answer, "refresh_token");
        return given == null ? before : given;
    }

    private String endpoint(String name) {
        String endpoint = Json.text(discovery, name);
        if (endpoint == null) {
            throw silent(issuer, "its discovery document has no " + name);
        }
        return endpoint;
    }

    /**
     * What an ID token says. Its signature is not checked here: it came from the provider itself (OpenID Connect Core 1.0
     * §3.1.3.7), and the server checks it.
     */
    static JsonNode claims(String token) {
        String[] parts = token.split("\\.");
        try {
            return Json.parse(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException | JacksonException e) {
            throw new CommandFailed(ExitCode.FAILED, "the provider's ID token is no JSON web token");
        }
    }

    private static HttpRequest post(String endpoint, Map<String, String> form) {
        return HttpRequest.newBuilder(URI.create(endpoint))
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(form(form)))
                .build();
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** The answer; empty when the provider refuses. */
    private static Optional<JsonNode> send(HttpClient http, HttpRequest request, String issuer) {
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 == 4) {
                return Optional.empty();
            }
            if (answer.statusCode() != 200) {
                throw silent(issuer, "it answers " + answer.statusCode());
            }
            return Optional.of(answer.body().isBlank() ? Json.object() : Json.parse(answer.body()));
        } catch (JacksonException e) {
            throw silent(issuer, "its answer is not JSON");
        } catch (IOException e) {
            throw silent(issuer, e.getMessage() == null ? "no connection" : e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "interrupted");
        }
    }

    private static CommandFailed silent(String issuer, String why) {
        return new CommandFailed(ExitCode.UNREACHABLE, "cannot sign in at " + issuer + ": " + why);
    }
}
