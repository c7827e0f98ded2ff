package dev.evenkeel.server.api;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.server.gateway.Enrolment;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.JoinTokenView;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;

/** Tokens with which hosts join. */
public final class TokensApi {
    private static final Duration USUAL = Duration.ofHours(1);
    private static final Duration MOST = Duration.ofDays(7);

    private final Enrolment enrolment;
    private final String gateway;

    /** @param gateway the address that agents dial */
    public TokensApi(Enrolment enrolment, String gateway) {
        this.enrolment = enrolment;
        this.gateway = gateway;
    }

    public List<Route> routes() {
        return List.of(Route.order("/v1/join-tokens", Bodies.JoinTokenOrder.class, this::make));
    }

    private Answer make(Call call) {
        Bodies.JoinTokenOrder order = call.body(Bodies.JoinTokenOrder.class);
        Checks checks = new Checks();
        HostId host = checks.parsed("host", order.host(), HostId::new);
        Duration ttl = order.ttl() == null ? USUAL : ttl(order.ttl(), checks);
        checks.done();
        Enrolment.NewToken token = enrolment.newToken(host, ttl);
        return new Answer(
                201,
                new JoinTokenView(token.token(), host == null ? null : host.value(), token.expiresAt(), gateway),
                Map.of());
    }

    private static Duration ttl(String text, Checks checks) {
        try {
            Duration ttl = Duration.parse(text);
            checks.wrongUnless(
                    ttl.isPositive() && ttl.compareTo(MOST) <= 0, "ttl", text, "give more than zero and at most P7D");
            return ttl;
        } catch (DateTimeParseException e) {
            checks.wrong("ttl", text, "give an ISO 8601 duration such as PT1H");
            return USUAL;
        }
    }
}
