package dev.evenkeel.server.api;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.server.access.ApiTokens;
import dev.evenkeel.server.access.OidcSettings;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Page;
import dev.evenkeel.server.http.Principal;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.ApiTokenView;
import dev.evenkeel.server.view.AuditView;
import dev.evenkeel.server.view.SignInView;
import dev.evenkeel.server.view.WhoView;
import dev.evenkeel.store.ApiToken;
import dev.evenkeel.store.AuditEntry;
import dev.evenkeel.store.PgApiTokens;
import dev.evenkeel.store.PgAudit;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Who may come in, who is in, and who did what. */
public final class AccessApi {
    private static final Duration USUAL = Duration.ofDays(90);
    private static final Duration MOST = Duration.ofDays(366);
    private static final int LONGEST_NAME = 200;
    private static final List<String> ROLES =
            Arrays.stream(Principal.Role.values()).map(Principal.Role::word).toList();

    private final ApiTokens tokens;
    private final PgApiTokens kept;
    private final PgAudit audit;
    private final @Nullable OidcSettings provider;

    /** @param provider who signs people in, or null when nobody does */
    public AccessApi(ApiTokens tokens, PgApiTokens kept, PgAudit audit, @Nullable OidcSettings provider) {
        this.provider = provider;
        this.tokens = tokens;
        this.kept = kept;
        this.audit = audit;
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/whoami", call -> Answer.ok(WhoView.of(call.who()))),
                Route.get("/v1/sign-in", call -> signIn()),
                Route.list("/v1/tokens", this::list),
                Route.order("/v1/tokens", Bodies.TokenOrder.class, this::make),
                Route.removal("/v1/tokens/{id}", this::end),
                Route.list("/v1/audit", this::audit));
    }

    private Answer signIn() {
        if (provider == null) {
            throw Problem.Kind.NOT_FOUND.because(
                    "This server has no provider that signs people in (--oidc-issuer); use a token.");
        }
        return Answer.ok(SignInView.of(provider));
    }

    private Answer list(Call call) {
        Page.Request page = call.page();
        return Answer.ok(page.cut(
                kept.list(page.after(), page.limit() + 1), ApiToken::id, token -> ApiTokenView.of(token, null)));
    }

    private Answer make(Call call) {
        Bodies.TokenOrder order = call.body(Bodies.TokenOrder.class);
        Checks checks = new Checks();
        String name = checks.required("name", order.name(), "", "say whose token it is")
                .strip();
        checks.wrongUnless(
                order.name() == null || (!name.isEmpty() && name.length() <= LONGEST_NAME),
                "name",
                order.name(),
                "give 1 to " + LONGEST_NAME + " characters");
        String word = checks.required("role", order.role(), "viewer", "give one of " + ROLES);
        Principal.Role role = Principal.Role.ofWord(word).orElse(null);
        checks.wrongUnless(role != null, "role", word, "give one of " + ROLES);
        SortedSet<TenantId> tenants = tenants(order.tenants(), checks);
        checks.wrongUnless(
                role != Principal.Role.TENANT || !tenants.isEmpty(),
                "tenants",
                null,
                "name at least one tenant whose things the token is for");
        checks.wrongUnless(
                role == Principal.Role.TENANT || tenants.isEmpty(),
                "tenants",
                tenants,
                "leave it out; the role " + word + " is for all of the fleet");
        Duration ttl = order.ttl() == null ? USUAL : ttl(order.ttl(), checks);
        checks.done();
        ApiTokens.NewToken made =
                tokens.make(call.newId("t"), name, Objects.requireNonNull(role), tenants, call.who(), ttl);
        return Answer.created("/v1/tokens/" + made.token().id(), ApiTokenView.of(made.token(), made.text()))
                .secret();
    }

    private static SortedSet<TenantId> tenants(@Nullable List<String> names, Checks checks) {
        SortedSet<TenantId> tenants = new TreeSet<>();
        for (int i = 0; names != null && i < names.size(); i++) {
            TenantId tenant = checks.parsed("tenants[" + i + "]", names.get(i), TenantId::new);
            if (tenant != null) {
                tenants.add(tenant);
            }
        }
        return tenants;
    }

    private static Duration ttl(String text, Checks checks) {
        try {
            Duration ttl = Duration.parse(text);
            checks.wrongUnless(
                    ttl.isPositive() && ttl.compareTo(MOST) <= 0, "ttl", text, "give more than zero and at most P366D");
            return ttl;
        } catch (DateTimeParseException e) {
            checks.wrong("ttl", text, "give an ISO 8601 duration such as P90D");
            return USUAL;
        }
    }

    private Answer end(Call call) {
        String id = call.path("id");
        ApiTokenView ended = kept.find(id)
                .map(known -> ApiTokenView.of(known.token(), null))
                .orElseThrow(() -> Lookup.missing("token", id, "/v1/tokens"));
        if (!kept.remove(id)) {
            throw Problem.Kind.CONFLICT.because("Token " + id + " was ended by somebody else just now.");
        }
        return Answer.ok(ended);
    }

    private Answer audit(Call call) {
        Page.Request page = call.page();
        long after = page.after() == null ? 0 : Call.sequence("cursor", page.after());
        return Answer.ok(page.cut(
                audit.after(after, page.limit() + 1),
                entry -> Long.toString(entry.sequence()),
                (AuditEntry entry) -> AuditView.of(entry)));
    }
}
