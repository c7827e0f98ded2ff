package dev.evenkeel.server.http;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.server.http.IdempotencyKeys.Claim;
import dev.evenkeel.server.http.IdempotencyKeys.StoredAnswer;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Takes a request through the manners of the API, in this order: who asks, what is asked, was it asked before, do it. */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("Idempotency-Key");
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");
    private static final String SCHEME = "Bearer ";
    private static final Map<String, String> REPLAYED = Map.of("Idempotency-Replayed", "true");

    private final Callers callers;
    private final IdempotencyKeys keys;
    private final Supplier<Fleet> fleet;
    private final RandomGenerator random;
    private final Observer observer;
    private final Function<Exception, Optional<Problem>> trouble;
    private final Auditor auditor;

    /** Told of every request that ended. */
    @FunctionalInterface
    public interface Observer {
        void ended(String method, String route, int status, long nanos);
    }

    /** Writes down who ordered what and why, before it is done. */
    @FunctionalInterface
    public interface Auditor {
        /** @param reason in the caller's words, empty where none was given */
        void ordered(Principal who, String route, String path, String reason);
    }

    /**
     * @param fleet all of it, as it is now
     * @param trouble the problem that an exception of other packages stands for, such as a database that is away
     */
    public Dispatcher(
            Callers callers,
            IdempotencyKeys keys,
            Supplier<Fleet> fleet,
            RandomGenerator random,
            Observer observer,
            Function<Exception, Optional<Problem>> trouble,
            Auditor auditor) {
        this.callers = callers;
        this.fleet = fleet;
        this.keys = keys;
        this.random = random;
        this.observer = observer;
        this.trouble = trouble;
        this.auditor = auditor;
    }

    /** Serves one request of a route; every way out answers something. */
    void serve(Route route, ServerRequest request, ServerResponse response) {
        long begun = System.nanoTime();
        try (var ignored = MDC.putCloseable("route", route.verb() + " " + route.path())) {
            try {
                Principal who = authenticate(route, request);
                Call.requireKnownQuery(request, route.query());
                switch (route.endpoint()) {
                    case Route.Simple simple -> simple(route, simple, request, response, who);
                    case Route.Streaming streaming -> {
                        audit(route, request, who, null);
                        streaming.handle(
                                new Call(request, who, new byte[0], null, new OrderIds(null, random), fleet), response);
                    }
                }
            } catch (ProblemException e) {
                Problems.send(response, e.problem());
            } catch (IOException | UncheckedIOException | CloseConnectionException e) {
                LOG.debug("the caller went away", e);
                throw new CloseConnectionException("the caller went away", e);
            } catch (Exception e) {
                Problems.send(response, trouble.apply(e).orElseGet(() -> bug(route, request, e)));
            } finally {
                observer.ended(
                        route.verb().name(), route.path(), response.status().code(), System.nanoTime() - begun);
            }
        }
    }

    private static Problem bug(Route route, ServerRequest request, Exception e) {
        LOG.error("{} {} failed", route.verb(), request.path().path(), e);
        return Problem.Kind.INTERNAL
                .because("The server's log tells more; the same request may work later.")
                .problem();
    }

    private Principal authenticate(Route route, ServerRequest request) {
        if (Rights.open(route.name())) {
            return Principal.NOBODY;
        }
        Principal found = token(request)
                .flatMap(callers::of)
                .orElseThrow(() -> Problem.Kind.UNAUTHENTICATED.because("Send Authorization: Bearer <token>: one that"
                        + " the server keeps in its directory, one made by POST /v1/tokens, or a sign-in's."));
        if (!Rights.may(found.role(), route.name())) {
            throw Problem.Kind.FORBIDDEN.because("\"" + found.name() + "\" is here as "
                    + found.role().word() + ", and " + route.name() + " is not for that role; ask an operator.");
        }
        return found;
    }

    private static Optional<String> token(ServerRequest request) {
        if (!request.headers().contains(HeaderNames.AUTHORIZATION)) {
            return Optional.empty();
        }
        String header = request.headers().get(HeaderNames.AUTHORIZATION).get();
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }

    private void simple(Route route, Route.Simple simple, ServerRequest request, ServerResponse response, Principal who)
            throws Exception {
        if (route.verb().reads()) {
            send(response, simple.handle(new Call(request, who, new byte[0], null, new OrderIds(null, random), fleet)));
            return;
        }
        byte[] body = Call.readBody(request);
        Optional<String> key = key(request);
        if (key.isEmpty()) {
            send(response, order(route, simple, request, who, body, new OrderIds(null, random)));
            return;
        }
        once(route, simple, request, response, who, body, key.get());
    }

    private void once(
            Route route,
            Route.Simple simple,
            ServerRequest request,
            ServerResponse response,
            Principal who,
            byte[] body,
            String key)
            throws Exception {
        switch (keys.claim(who.id(), key, fingerprint(request, body))) {
            case Claim.Answered answered -> Problems.write(response, answered.answer(), REPLAYED);
            case Claim.OtherRequest() ->
                throw Problem.invalid(
                        "Idempotency-Key", key, "it was used for another request; give every new order a new key");
            case Claim.UnderWay() ->
                throw Problem.Kind.CONFLICT.because(
                        "The same request is being done right now; ask again in a few seconds.");
            case Claim.Mine() -> {
                StoredAnswer answer;
                try {
                    OrderIds ids = new OrderIds(who.id() + ' ' + key, random);
                    Answer given = order(route, simple, request, who, body, ids);
                    if (given.isSecret()) {
                        keys.forget(who.id(), key);
                        send(response, given);
                        return;
                    }
                    answer = stored(given);
                } catch (ProblemException e) {
                    if (e.problem().status() >= 500) {
                        keys.forget(who.id(), key);
                        throw e;
                    }
                    answer = Problems.stored(e.problem());
                } catch (Exception e) {
                    keys.forget(who.id(), key);
                    throw e;
                }
                keys.finish(who.id(), key, answer);
                Problems.write(response, answer, Map.of());
            }
        }
    }

    private Answer order(
            Route route, Route.Simple simple, ServerRequest request, Principal who, byte[] body, OrderIds ids)
            throws Exception {
        Object parsed = null;
        if (route.body() != null) {
            parsed = body.length == 0
                    ? Json.read("{}".getBytes(java.nio.charset.StandardCharsets.UTF_8), route.body())
                    : Json.read(requireJson(request, body), route.body());
        }
        audit(route, request, who, parsed);
        return simple.handle(new Call(request, who, body, parsed, ids, fleet));
    }

    private void audit(Route route, ServerRequest request, Principal who, @Nullable Object parsed) {
        if (route.access() == Access.ORDER) {
            String reason = parsed instanceof Reasoned reasoned && reasoned.reason() != null ? reasoned.reason() : "";
            auditor.ordered(
                    who, route.verb() + " " + route.path(), request.path().path(), reason);
        }
    }

    private static byte[] requireJson(ServerRequest request, byte[] body) {
        String type =
                request.headers().contentType().map(t -> t.mediaType().text()).orElse("application/json");
        if (!type.equals("application/json")) {
            throw Problem.Kind.WRONG_MEDIA_TYPE.because("The body is " + type + "; send application/json.");
        }
        return body;
    }

    private static Optional<String> key(ServerRequest request) {
        if (!request.headers().contains(IDEMPOTENCY_KEY)) {
            return Optional.empty();
        }
        String key = request.headers().get(IDEMPOTENCY_KEY).get();
        if (!KEY.matcher(key).matches()) {
            throw Problem.invalid("Idempotency-Key", key, "give 1 to 200 visible ASCII characters, such as a UUID");
        }
        return Optional.of(key);
    }

    private static String fingerprint(ServerRequest request, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(
                    (request.prologue().method().text() + ' ' + request.path().path() + '\n')
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static StoredAnswer stored(Answer answer) {
        Map<String, String> headers = new TreeMap<>(answer.headers());
        headers.put("Content-Type", "application/json");
        return new StoredAnswer(answer.status(), headers, Json.write(answer.body()));
    }

    private static void send(ServerResponse response, Answer answer) {
        Problems.write(response, stored(answer), Map.of());
    }
}
