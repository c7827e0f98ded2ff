package dev.evenkeel.server.api;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whose things are that belong to a tenant or, with null, to nobody in particular. */
final class Owners {
    private Owners() {}

    /** Whether a caller sees what is this tenant's; what is no tenant's is seen by those who see all. */
    static boolean seen(Call call, @Nullable TenantId tenant) {
        return tenant == null ? call.who().only().isEmpty() : call.who().sees(tenant);
    }

    /** Whose a new one will be; null for no tenant's, which only those may make who see all. */
    static @Nullable TenantId named(Call call, @Nullable String wanted, Checks checks) {
        TenantId named = checks.parsed("tenant", wanted, TenantId::new);
        Set<TenantId> own = call.who().only().orElse(null);
        if (own == null) {
            return named;
        }
        if (wanted == null && own.size() == 1) {
            return own.iterator().next();
        }
        checks.wrongUnless(named != null && own.contains(named), "tenant", wanted, "name one of your tenants: " + own);
        return named;
    }
}
