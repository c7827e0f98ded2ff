package dev.evenkeel.server.http;

import dev.evenkeel.server.http.Principal.Role;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may call which route: the whole of it, one line each. A route without a line is an operator's alone. Where a tenant is
 * let in, the route must answer out of {@link Call#fleet()} and {@link Principal#sees}: as if there were nothing but what
 * belongs to the caller.
 */
public final class Rights {
    /** {@code all} are operator, viewer, auditor and observer; {@code anybody} needs to show nothing at all. */
    private static final String TABLE = """
            GET    /v1/hosts                         all tenant
            GET    /v1/hosts/{id}                    all tenant
            PATCH  /v1/hosts/{id}                    operator
            POST   /v1/hosts/{id}/cordon             operator
            POST   /v1/hosts/{id}/uncordon           operator
            POST   /v1/hosts/{id}/evacuate           operator
            GET    /v1/vms                           all tenant
            GET    /v1/vms/{id}                      all tenant
            PATCH  /v1/vms/{id}                      operator tenant
            POST   /v1/vms/{id}/migrate              operator

            GET    /v1/windows                       all tenant
            POST   /v1/windows                       operator tenant
            GET    /v1/windows/{id}                  all tenant
            DELETE /v1/windows/{id}                  operator tenant
            GET    /v1/windows/{id}/preview          all tenant
            POST   /v1/windows/{id}/assignments      operator tenant
            DELETE /v1/windows/{id}/assignments/{assignment}  operator tenant
            GET    /v1/vms/{id}/windows              all tenant
            GET    /v1/hosts/{id}/windows            all tenant

            GET    /v1/exemptions                    all tenant
            POST   /v1/exemptions                    operator
            GET    /v1/exemptions/{id}               all tenant
            DELETE /v1/exemptions/{id}               operator

            HEAD   /v1/payloads/{sha256}             all
            PUT    /v1/payloads/{sha256}             operator
            GET    /v1/updates                       all
            POST   /v1/updates                       operator
            GET    /v1/updates/{id}                  all
            GET    /v1/updates/{id}/manifest         all
            GET    /v1/catalogue                     all
            GET    /v1/catalogue/keys                all
            GET    /v1/catalogue/metadata/{file}     all
            POST   /v1/catalogue/publications        operator
            POST   /v1/plans                         all

            GET    /v1/rollouts                      all tenant
            POST   /v1/rollouts                      operator
            GET    /v1/rollouts/{id}                 all tenant
            POST   /v1/rollouts/{id}/pause           operator
            POST   /v1/rollouts/{id}/resume          operator
            POST   /v1/rollouts/{id}/cancel          operator
            GET    /v1/runs                          all
            GET    /v1/runs/{id}                     all
            GET    /v1/runs/{id}/events              all
            POST   /v1/runs/{id}/cancel              operator
            POST   /v1/runs/{id}/resolve             operator

            GET    /v1/maintenance                   all tenant
            POST   /v1/vms/{id}/maintenance/start    operator tenant
            POST   /v1/vms/{id}/maintenance/reschedule operator tenant
            POST   /v1/vms/{id}/maintenance/redeploy operator tenant
            GET    /v1/scheduled-events              all tenant
            GET    /v1/scheduled-events/stream       all tenant
            POST   /v1/scheduled-events/{id}/approve operator tenant
            GET    /v1/webhooks                      operator tenant
            POST   /v1/webhooks                      operator tenant
            GET    /v1/webhooks/{id}                 operator tenant
            PATCH  /v1/webhooks/{id}                 operator tenant
            DELETE /v1/webhooks/{id}                 operator tenant
            GET    /v1/webhooks/{id}/deliveries      operator tenant
            POST   /v1/webhooks/{id}/replay          operator tenant
            POST   /v1/webhooks/{id}/ping            operator tenant
            GET    /v1/ledger                        all tenant
            POST   /v1/observations                  operator observer
            GET    /v1/events                        all tenant

            GET    /v1/sign-in                       anybody
            GET    /v1/whoami                        all tenant
            GET    /v1/tokens                        operator auditor
            POST   /v1/tokens                        operator
            DELETE /v1/tokens/{id}                   operator
            POST   /v1/join-tokens                   operator
            GET    /v1/audit                         operator auditor

            GET    /metrics                          all
            GET    /healthz                          anybody
            GET    /readyz                           anybody
            """;

    private static final Set<Role> ALL = EnumSet.complementOf(EnumSet.of(Role.TENANT));
    private static final Map<String, Line> LINES = read();

    /** @param roles empty with {@code anybody} */
    private record Line(boolean anybody, Set<Role> roles) {}

    private Rights() {}

    private static Map<String, Line> read() {
        Map<String, Line> lines = new LinkedHashMap<>();
        TABLE.lines().filter(line -> !line.isBlank()).forEach(text -> {
            String[] words = text.strip().split(" +");
            Line line = new Line(words[2].equals("anybody"), EnumSet.noneOf(Role.class));
            for (int i = 2; i < words.length && !line.anybody(); i++) {
                if (words[i].equals("all")) {
                    line.roles().addAll(ALL);
                } else {
                    line.roles().add(Role.ofWord(words[i]).orElseThrow());
                }
            }
            if (lines.put(words[0] + " " + words[1], line) != null) {
                throw new IllegalStateException("the table has two lines for " + words[0] + " " + words[1]);
            }
        });
        return lines;
    }

    /** The routes of the table, such as {@code GET /v1/hosts}. */
    public static Set<String> routes() {
        return Set.copyOf(LINES.keySet());
    }

    /** Whether anybody may call it without showing anything. */
    public static boolean open(String route) {
        return line(route).map(Line::anybody).orElse(false);
    }

    /** Whether this role may call it; operators may call everything. */
    public static boolean may(Role role, String route) {
        return role == Role.OPERATOR
                || line(route)
                        .map(line -> line.anybody() || line.roles().contains(role))
                        .orElse(false);
    }

    private static Optional<Line> line(String route) {
        return Optional.ofNullable(LINES.get(route));
    }
}
