package dev.evenkeel.server;

import dev.evenkeel.server.access.OidcSettings;
import dev.evenkeel.server.http.Principal.Role;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options about who signs people in. */
final class SignInOptions {
    @Option(
            names = "--oidc-issuer",
            description = "URL of a provider of OpenID Connect that signs people in; by default only tokens are taken")
    @Nullable
    URI issuer;

    @Option(
            names = "--oidc-audience",
            description = "Whom the provider's tokens must be for: the command line's client id, or what the provider"
                    + " calls this API; may be repeated")
    List<String> audiences = List.of();

    @Option(
            names = "--oidc-client-id",
            description =
                    "By which the provider knows the command line (a public client); by default the first audience")
    @Nullable
    String clientId;

    @Option(
            names = "--oidc-scope",
            description =
                    "What the command line asks for; may be repeated; by default openid, profile, email, offline_access")
    List<String> scopes = OidcSettings.SCOPES;

    @Option(
            names = "--oidc-roles-claim",
            defaultValue = OidcSettings.ROLES_CLAIM,
            description = "Claim with the caller's roles; a.b is b within a")
    String rolesClaim = OidcSettings.ROLES_CLAIM;

    @Option(
            names = "--oidc-tenants-claim",
            defaultValue = OidcSettings.TENANTS_CLAIM,
            description = "Claim with the tenants whose VMs the caller sees, for the role tenant")
    String tenantsClaim = OidcSettings.TENANTS_CLAIM;

    @Option(
            names = "--oidc-role",
            paramLabel = "VALUE=ROLE",
            description =
                    "What a value of the roles' claim stands for, such as infra-team=operator; may be repeated; by"
                            + " default the values are our roles' names")
    Map<String, String> roles = Map.of();

    /** @throws IllegalArgumentException naming the option that is wrong, and the remedy */
    @Nullable
    OidcSettings settings() {
        if (issuer == null) {
            if (!audiences.isEmpty()) {
                throw new IllegalArgumentException("--oidc-audience needs --oidc-issuer");
            }
            return null;
        }
        Map<String, Role> mapped = new LinkedHashMap<>();
        roles.forEach((value, word) -> mapped.put(
                value,
                Role.ofWord(word)
                        .orElseThrow(() -> new IllegalArgumentException("--oidc-role " + value + "=" + word
                                + ": give operator, auditor, viewer, observer or tenant after the ="))));
        return new OidcSettings(
                issuer,
                audiences,
                rolesClaim,
                tenantsClaim,
                mapped,
                clientId != null ? clientId : audiences.isEmpty() ? "" : audiences.getFirst(),
                scopes);
    }
}
