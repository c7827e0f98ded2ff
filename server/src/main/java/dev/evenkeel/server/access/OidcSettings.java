package dev.evenkeel.server.access;

import dev.evenkeel.server.http.Principal.Role;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * Which provider of OpenID Connect signs people in, and how its claims are read.
 *
 * @param issuer exactly as it stands in the provider's discovery document and in its tokens
 * @param audiences a token must be for one of these; at least one
 * @param rolesClaim claim with the caller's roles: a text or a list of texts; {@code a.b} also finds b within a
 * @param tenantsClaim claim with the caller's tenants, likewise
 * @param roles what values of the roles' claim stand for; empty where they are the names of our roles
 * @param clientId by which the command line is known to the provider, as a public client
 * @param scopes that the command line asks for
 */
public record OidcSettings(
        URI issuer,
        List<String> audiences,
        String rolesClaim,
        String tenantsClaim,
        Map<String, Role> roles,
        String clientId,
        List<String> scopes) {
    public static final String ROLES_CLAIM = "roles";
    public static final String TENANTS_CLAIM = "tenants";
    /** With offline_access a provider gives a refresh token, so that people do not sign in every hour. */
    public static final List<String> SCOPES = List.of("openid", "profile", "email", "offline_access");

    public OidcSettings {
        audiences = List.copyOf(audiences);
        roles = Map.copyOf(roles);
        scopes = List.copyOf(scopes);
        if (audiences.isEmpty()) {
            throw new IllegalArgumentException(
                    "an issuer needs at least one audience: give --oidc-audience, else tokens that the provider made for others"
                            + " would be good here");
        }
        requireSafe(issuer, "the issuer");
    }

    /** Refuses addresses where somebody on the way could answer in the provider's place. */
    static void requireSafe(URI address, String what) {
        boolean loopback = address.getHost() != null
                && (address.getHost().equals("localhost")
                        || address.getHost().startsWith("127.")
                        || address.getHost().equals("[::1]"));
        if (!"https".equals(address.getScheme()) && !("http".equals(address.getScheme()) && loopback)) {
            throw new IllegalArgumentException(
                    what + " " + address + " must begin with https:// (http:// only on the loopback)");
        }
    }
}
