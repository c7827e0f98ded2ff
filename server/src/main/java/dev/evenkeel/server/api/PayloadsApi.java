package dev.evenkeel.server.api;

import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.server.http.Access;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Problems;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.payload.PayloadStore;
import dev.evenkeel.server.view.PayloadView;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Payloads: files named by what is in them. Putting one twice is putting it once, so they need no idempotency keys. */
public final class PayloadsApi {
    private final PayloadStore payloads;

    public PayloadsApi(PayloadStore payloads) {
        this.payloads = payloads;
    }

    public List<Route> routes() {
        return List.of(
                new Route(Route.Verb.HEAD, "/v1/payloads/{sha256}", Access.READ, List.of(), null, (Route.Streaming)
                        this::head),
                new Route(Route.Verb.PUT, "/v1/payloads/{sha256}", Access.ORDER, List.of(), null, (Route.Streaming)
                        this::put));
    }

    private void head(Call call, ServerResponse response) throws IOException {
        Path file = payloads.find(digest(call))
                .orElseThrow(() -> Problem.Kind.NOT_FOUND.because(
                        "There is no payload " + call.path("sha256") + "; PUT it to this address."));
        response.contentLength(Files.size(file));
        response.send();
    }

    private void put(Call call, ServerResponse response) throws IOException {
        String sha256 = digest(call);
        PayloadStore.Result result;
        try (InputStream body = call.stream()) {
            result = payloads.put(sha256, body);
        }
        switch (result) {
            case PayloadStore.Result.Stored(var size, boolean isNew) ->
                Problems.answer(
                        response, new Answer(isNew ? 201 : 200, new PayloadView(sha256, size.value()), Map.of()));
            case PayloadStore.Result.Refused(Refusal why) -> throw kind(why).because(why.why());
        }
    }

    private static Problem.Kind kind(Refusal why) {
        return switch (why.code()) {
            case "PAYLOAD_TOO_LARGE" -> Problem.Kind.TOO_LARGE;
            case "DISK_FULL" -> Problem.Kind.NO_ROOM;
            default -> Problem.Kind.INVALID;
        };
    }

    private static String digest(Call call) {
        String sha256 = call.path("sha256");
        if (!PayloadStore.isDigest(sha256)) {
            throw Problem.invalid("sha256", sha256, "give 64 lower-case hex digits");
        }
        return sha256;
    }
}
