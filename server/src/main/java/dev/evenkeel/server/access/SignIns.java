package dev.evenkeel.server.access;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.server.http.Callers;
import dev.evenkeel.server.http.Principal;
import dev.evenkeel.server.http.Principal.Role;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.ProblemException;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * People and programs whom a provider of OpenID Connect vouches for, by JSON web tokens (RFC 7519): ID tokens, or access tokens in
 * that form (RFC 9068). What is wrong with one is said without repeating it.
 */
public final class SignIns implements Callers {
    private static final Logger LOG = LoggerFactory.getLogger(SignIns.class);
    /** How far the provider's clock may be off. */
    private static final Duration SKEW = Duration.ofSeconds(30);

    private static final int LONGEST_TOKEN = 16_384;

    private final OidcSettings settings;
    private final ProviderKeys keys;
    private final TimeSource time;

    public SignIns(OidcSettings settings, TimeSource time) {
        this.settings = settings;
        this.keys = new ProviderKeys(settings.issuer(), time);
        this.time = time;
    }

    @Override
    public Optional<Principal> of(String token) {
        if (token.chars().filter(c -> c == '.').count() != 2 || token.length() > LONGEST_TOKEN) {
            return Optional.empty();
        }
        SignedJWT signed;
        JWTClaimsSet claims;
        try {
            signed = SignedJWT.parse(token);
            claims = signed.getJWTClaimsSet();
        } catch (ParseException e) {
            throw refused("it is no signed JSON web token");
        }
        if (!Signatures.TAKEN.contains(signed.getHeader().getAlgorithm())) {
            throw refused("it must be signed with one of "
                    + new TreeSet<>(
                            Signatures.TAKEN.stream().map(Object::toString).toList()));
        }
        requireOurs(claims);
        requireSigned(signed);
        requireNow(claims);
        return Optional.of(principal(claims));
    }

    private void requireOurs(JWTClaimsSet claims) {
        if (!settings.issuer().toString().equals(claims.getIssuer())) {
            throw refused("another issuer made it, and only " + settings.issuer() + " is trusted here");
        }
        if (claims.getAudience().stream().noneMatch(settings.audiences()::contains)) {
            throw refused("it is for somebody else: its audience must be one of " + settings.audiences());
        }
    }

    private void requireSigned(SignedJWT signed) {
        List<JWK> candidates;
        try {
            candidates = keys.fitting(key -> Signatures.fits(key, signed));
        } catch (IOException e) {
            LOG.warn("{} cannot be asked for its keys: {}", settings.issuer(), e.getMessage());
            throw Problem.Kind.UNAVAILABLE.because("Who signs people in, " + settings.issuer()
                    + ", cannot be asked for its keys just now; try again, or use a token of the server's own.");
        }
        if (candidates.isEmpty()) {
            throw refused("it names a key that its issuer does not have");
        }
        if (candidates.stream().noneMatch(key -> Signatures.isBy(key, signed))) {
            throw refused("its signature is not its issuer's");
        }
    }

    private void requireNow(JWTClaimsSet claims) {
        Instant now = time.now();
        Date expires = claims.getExpirationTime();
        if (expires == null) {
            throw refused("it does not say when it runs out (exp)");
        }
        if (!expires.toInstant().plus(SKEW).isAfter(now)) {
            throw refused("it has run out at " + expires.toInstant());
        }
        Date from = claims.getNotBeforeTime();
        if (from != null && from.toInstant().minus(SKEW).isAfter(now)) {
            throw refused("it is good only from " + from.toInstant() + " on; see whether the clocks agree");
        }
        if (claims.getSubject() == null || claims.getSubject().isBlank()) {
            throw refused("it does not say whose it is (sub)");
        }
    }

    private static ProblemException refused(String why) {
        return Problem.Kind.UNAUTHENTICATED.because(
                "The sign-in's token is not good: " + why + ". Sign in again with: evenkeel login.");
    }

    private Principal principal(JWTClaimsSet claims) {
        String name = first(claims, "preferred_username", "email", "client_id");
        String shown = name == null ? claims.getSubject() : name;
        List<String> said = texts(claims, settings.rolesClaim());
        Role role = role(said)
                .orElseThrow(() -> Problem.Kind.FORBIDDEN.because("\"" + shown
                        + "\" is signed in and has no role here: claim \"" + settings.rolesClaim()
                        + "\" of the sign-in "
                        + (said.isEmpty() ? "is not there" : "has none that is known")
                        + "; ask whoever runs the provider for one of " + known() + "."));
        Set<TenantId> tenants = role == Role.TENANT ? tenants(claims) : Set.of();
        if (role == Role.TENANT && tenants.isEmpty()) {
            throw Problem.Kind.FORBIDDEN.because("\"" + shown + "\" is signed in as tenant, and claim \""
                    + settings.tenantsClaim() + "\" of the sign-in names none; ask whoever runs the provider.");
        }
        return new Principal("oidc:" + settings.issuer() + "#" + claims.getSubject(), shown, role, tenants);
    }

    /** The role that may do most among those that are said. */
    private Optional<Role> role(List<String> said) {
        Set<Role> roles = new TreeSet<>(); // in the order of their declaration
        for (String value : said) {
            Role mapped = settings.roles().get(value);
            if (mapped != null) {
                roles.add(mapped);
            } else if (settings.roles().isEmpty()) {
                Role.ofWord(value).ifPresent(roles::add);
            }
        }
        return roles.stream().findFirst();
    }

    private Set<String> known() {
        Set<String> words = new TreeSet<>(settings.roles().keySet());
        if (words.isEmpty()) {
            for (Role role : Role.values()) {
                words.add(role.word());
            }
        }
        return words;
    }

    private Set<TenantId> tenants(JWTClaimsSet claims) {
        Set<TenantId> tenants = new TreeSet<>();
        for (String name : texts(claims, settings.tenantsClaim())) {
            try {
                tenants.add(new TenantId(name));
            } catch (IllegalArgumentException e) {
                LOG.debug("a sign-in names a tenant that no VM can have: {}", name);
            }
        }
        return tenants;
    }

    private static @Nullable String first(JWTClaimsSet claims, String... names) {
        for (String name : names) {
            if (claims.getClaim(name) instanceof String text && !text.isBlank()) {
                return text;
            }
        }
        return null;
    }

    /** A claim's texts: one, a list, or none; {@code a.b} is the claim of this name, else b within a. */
    private static List<String> texts(JWTClaimsSet claims, String name) {
        Object value = claims.getClaim(name);
        int dot = name.indexOf('.');
        if (value == null && dot > 0) {
            value = claims.getClaims();
            for (String step : name.split("\\.")) {
                value = value instanceof Map<?, ?> map ? map.get(step) : null;
            }
        }
        List<String> texts = new ArrayList<>();
        switch (value) {
            case String text -> texts.add(text);
            case List<?> list -> list.forEach(one -> texts.add(String.valueOf(one)));
            case null, default -> {}
        }
        return texts;
    }
}
