package dev.evenkeel.server.gateway;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.server.catalogue.SignedCatalogue;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.ProblemException;
import dev.evenkeel.server.http.Problems;
import dev.evenkeel.server.payload.PayloadStore;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.JoinRequest;
import dev.evenkeel.wire.link.OrdersRequest;
import dev.evenkeel.wire.link.RenewRequest;
import dev.evenkeel.wire.link.Report;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import tools.jackson.core.JacksonException;

/**
 * The paths of the gateway. Only {@code join} is open to a caller without a certificate; behind every other path a caller
 * is the host that its certificate names, and can speak for no other.
 */
public final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final int MAX_REQUEST_BYTES = 16 << 20;
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,]+)(?:,|$)");

    private final Enrolment enrolment;
    private final Reports reports;
    private final OrderDesk desk;
    private final PayloadStore payloads;
    private final SignedCatalogue catalogue;
    private final FleetRegistry registry;
    private final Function<Exception, Optional<Problem>> trouble;

    /** @param trouble the problem that an exception of other packages stands for, such as a database that is away */
    public Gateway(
            Enrolment enrolment,
            Reports reports,
            OrderDesk desk,
            PayloadStore payloads,
            SignedCatalogue catalogue,
            FleetRegistry registry,
            Function<Exception, Optional<Problem>> trouble) {
        this.enrolment = enrolment;
        this.reports = reports;
        this.desk = desk;
        this.payloads = payloads;
        this.catalogue = catalogue;
        this.registry = registry;
        this.trouble = trouble;
    }

    public void addTo(HttpRouting.Builder routing) {
        routing.post(
                "/agent/v1/join",
                (request, response) ->
                        answered(response, () -> reply(response, enrolment.join(read(request, JoinRequest.class)))));
        routing.post(
                "/agent/v1/renew",
                (request, response) -> forHost(
                        request,
                        response,
                        caller -> reply(
                                response,
                                enrolment.renew(
                                        caller.host(), caller.certificate(), read(request, RenewRequest.class)))));
        routing.post(
                "/agent/v1/report",
                (request, response) -> forHost(
                        request,
                        response,
                        caller -> reply(response, reports.take(caller.host(), read(request, Report.class)))));
        routing.post(
                "/agent/v1/orders",
                (request, response) -> forHost(
                        request,
                        response,
                        caller -> reply(response, desk.await(caller.host(), read(request, OrdersRequest.class)))));
        routing.get(
                "/agent/v1/catalogue/{file}",
                (request, response) -> forHost(request, response, caller -> {
                    String file = request.path().pathParameters().get("file");
                    byte[] metadata = catalogue
                            .file(file)
                            .orElseThrow(() -> Problem.Kind.NOT_FOUND.because("The catalogue has no " + file + "."));
                    response.header("Content-Type", "application/json");
                    response.send(metadata);
                }));
        routing.get(
                "/agent/v1/payloads/{sha256}",
                (request, response) -> forHost(request, response, caller -> {
                    String sha256 = request.path().pathParameters().get("sha256");
                    if (!PayloadStore.isDigest(sha256)) {
                        throw Problem.invalid("sha256", sha256, "give 64 lower-case hex digits");
                    }
                    PayloadRange.send(
                            payloads.find(sha256)
                                    .orElseThrow(() ->
                                            Problem.Kind.NOT_FOUND.because("There is no payload " + sha256 + ".")),
                            request,
                            response);
                }));
    }

    private record Caller(HostId host, X509Certificate certificate) {}

    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    @FunctionalInterface
    private interface HostWork {
        void run(Caller caller) throws IOException, InterruptedException;
    }

    private void forHost(ServerRequest request, ServerResponse response, HostWork work) {
        answered(response, () -> {
            Caller caller = caller(request);
            try (var host = MDC.putCloseable("host", caller.host().value())) {
                work.run(caller);
            }
        });
    }

    private Caller caller(ServerRequest request) {
        Certificate[] shown = request.remotePeer().tlsCertificates().orElse(new Certificate[0]);
        if (shown.length == 0 || !(shown[0] instanceof X509Certificate certificate)) {
            throw Problem.Kind.UNAUTHENTICATED.because("Show the certificate that the host got when it joined.");
        }
        Matcher name = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
        if (!name.find()) {
            throw Problem.Kind.FORBIDDEN.because("The certificate names no host.");
        }
        HostId host = new HostId(name.group(1));
        if (!registry.knows(host)) {
            throw Problem.Kind.FORBIDDEN.because("Host " + host + " is not in the fleet (any more); join again.");
        }
        return new Caller(host, certificate);
    }

    private void answered(ServerResponse response, Work work) {
        try {
            work.run();
        } catch (ProblemException e) {
            Problems.send(response, e.problem());
        } catch (IOException | UncheckedIOException | CloseConnectionException e) {
            LOG.debug("an agent went away", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            Problems.send(response, trouble.apply(e).orElseGet(() -> bug(e)));
        }
    }

    private static Problem bug(RuntimeException e) {
        LOG.error("an agent's request failed", e);
        return Problem.Kind.INTERNAL.because("The server's log tells more.").problem();
    }

    private static <T> T read(ServerRequest request, Class<T> type) throws IOException {
        try (InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(MAX_REQUEST_BYTES + 1);
            if (body.length > MAX_REQUEST_BYTES) {
                throw Problem.Kind.TOO_LARGE.because("The request is larger than 16 MiB.");
            }
            return Json.mapper().readValue(body, type);
        } catch (JacksonException e) {
            throw Problem.Kind.BAD_REQUEST.because("The request cannot be read: " + e.getOriginalMessage());
        }
    }

    private static void reply(ServerResponse response, Object answer) {
        response.header("Content-Type", "application/json");
        response.send(Json.mapper().writeValueAsBytes(answer));
    }
}
