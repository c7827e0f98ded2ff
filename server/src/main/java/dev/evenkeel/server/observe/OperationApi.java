package dev.evenkeel.server.observe;

import dev.evenkeel.server.http.Access;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.HealthView;
import io.helidon.webserver.http.ServerResponse;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Health and readiness, open to everybody, and metrics of the whole fleet, which are not. */
public final class OperationApi {
    private final Metrics metrics;
    private final Health health;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

    public OperationApi(Metrics metrics, Health health) {
        this.metrics = metrics;
        this.health = health;
    }

    public List<Route> routes() {
        return List.of(
                new Route(Route.Verb.GET, "/metrics", Access.READ, List.of(), null, (Route.Streaming) this::scrape),
                open("/healthz", call -> answer(health.alive())),
                open("/readyz", call -> answer(health.ready())));
    }

    private static Route open(String path, Route.Simple endpoint) {
        return new Route(Route.Verb.GET, path, Access.READ, List.of(), null, endpoint);
    }

    private static Answer answer(HealthView view) {
        return new Answer(view.good() ? 200 : 503, view, Map.of());
    }

    private void scrape(Call call, ServerResponse response) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, metrics.registry().scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        response.header("Content-Type", PrometheusTextFormatWriter.CONTENT_TYPE);
        response.send(text.toByteArray());
    }
}
