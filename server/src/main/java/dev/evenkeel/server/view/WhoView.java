package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.server.http.Principal;
import java.util.List;

/** Whom the server takes the caller for. */
public record WhoView(String name, String role, List<String> tenants) {

    public static WhoView of(Principal who) {
        return new WhoView(
                who.name(),
                who.role().word(),
                who.tenants().stream().map(TenantId::value).sorted().toList());
    }
}
