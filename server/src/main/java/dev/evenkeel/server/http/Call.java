package dev.evenkeel.server.http;

import dev.evenkeel.core.fleet.Fleet;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One request, as an endpoint sees it. */
public final class Call {
    /** The largest body but for payloads. */
    public static final int MAX_BODY_BYTES = 1 << 20;

    private final ServerRequest request;
    private final Principal who;
    private final byte[] body;
    private final @Nullable Object parsed;
    private final OrderIds ids;
    private final Supplier<Fleet> whole;

    Call(
            ServerRequest request,
            Principal who,
            byte[] body,
            @Nullable Object parsed,
            OrderIds ids,
            Supplier<Fleet> whole) {
        this.request = request;
        this.who = who;
        this.body = body;
        this.parsed = parsed;
        this.ids = ids;
        this.whole = whole;
    }

    public Principal who() {
        return who;
    }

    /** The fleet as it is now, as far as the caller sees it: all of it, or a tenant's VMs as if there were no others. */
    public Fleet fleet() {
        return who.seen(whole.get());
    }

    public String path(String name) {
        return request.path().pathParameters().get(name);
    }

    public Optional<String> query(String name) {
        return request.query().contains(name) ? Optional.of(request.query().get(name)) : Optional.empty();
    }

    public Optional<String> header(String name) {
        HeaderName header = HeaderNames.create(name);
        return request.headers().contains(header)
                ? Optional.of(request.headers().get(header).get())
                : Optional.empty();
    }

    /** A query parameter that is true or false. */
    public Optional<Boolean> flag(String name) {
        return query(name).map(text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Problem.invalid(name, text, "give true or false");
        });
    }

    /** A query parameter or header that is a sequence number. */
    public static long sequence(String name, String text) {
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // refused below, like a negative one
        }
        throw Problem.invalid(name, text, "give the sequence of an event, 0 or more");
    }

    /** The JSON body, read into the record that the route names. */
    public <T> T body(Class<T> type) {
        return type.cast(java.util.Objects.requireNonNull(parsed, "the route names no body"));
    }

    /** The body as it came, for a route that reads it by itself. */
    public byte[] rawBody() {
        return body.clone();
    }

    /** The body's media type; JSON where nothing is said. */
    public String mediaType() {
        return request.headers()
                .contentType()
                .map(type -> type.mediaType().text())
                .orElse("application/json");
    }

    /** The body as a stream, for a route that may be sent more than memory holds. */
    public InputStream stream() {
        return request.content().inputStream();
    }

    public Page.Request page() {
        int limit = query("limit").map(Call::limit).orElse(Page.Request.DEFAULT_LIMIT);
        String after = query("cursor")
                .map(text -> Cursor.decode(text)
                        .orElseThrow(() -> Problem.invalid("cursor", text, "give the \"next\" of the page before")))
                .orElse(null);
        return new Page.Request(limit, after);
    }

    private static int limit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= Page.Request.MAX_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // refused below, like one out of range
        }
        throw Problem.invalid("limit", text, "give a number from 1 to " + Page.Request.MAX_LIMIT);
    }

    /**
     * An id for what this order makes. With an idempotency key it is always the same, so that an order that is repeated
     * after a crash in the middle makes nothing twice.
     */
    public String newId(String prefix) {
        return ids.next(prefix);
    }

    /** Refuses query parameters that the route does not know. */
    static void requireKnownQuery(ServerRequest request, List<String> known) {
        for (String name : request.query().names()) {
            if (!known.contains(name)) {
                throw Problem.invalid(
                        name,
                        request.query().get(name),
                        known.isEmpty()
                                ? "leave it out; this address takes no query parameters"
                                : "leave it out; known here are " + String.join(", ", known));
            }
        }
    }

    /** Reads a body up to the limit. */
    static byte[] readBody(ServerRequest request) throws IOException {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] bytes = in.readNBytes(MAX_BODY_BYTES + 1);
            if (bytes.length > MAX_BODY_BYTES) {
                throw Problem.Kind.TOO_LARGE.because("The body is larger than 1 MiB; large things are payloads.");
            }
            return bytes;
        }
    }
}
