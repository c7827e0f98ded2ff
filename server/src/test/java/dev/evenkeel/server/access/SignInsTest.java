package dev.evenkeel.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.server.http.Principal;
import dev.evenkeel.server.http.Principal.Role;
import dev.evenkeel.server.http.ProblemException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SignInsTest {
    private final PretendedProvider provider = started();
    private Instant now = Instant.parse("2026-11-23T08:00:00Z");
    private final SignIns signIns = new SignIns(provider.settings(), () -> now);

    private static PretendedProvider started() {
        try {
            return new PretendedProvider();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private JWTClaimsSet.Builder good() {
        return new JWTClaimsSet.Builder()
                .issuer(provider.issuer().toString())
                .subject("id-1")
                .audience(List.of("somebody", "evenkeel"))
                .claim("preferred_username", "ann")
                .claim("roles", List.of("operator"))
                .expirationTime(Date.from(now.plusSeconds(600)));
    }

    private Principal of(JWTClaimsSet.Builder claims) throws Exception {
        return signIns.of(provider.signs(claims.build())).orElseThrow();
    }

    private void isRefused(JWTClaimsSet.Builder claims, int status, String why) {
        assertThatThrownBy(() -> of(claims))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().status()).isEqualTo(status))
                .hasMessageContaining(why);
    }

    @Test
    void aGoodTokenIsSomebody() throws Exception {
        Principal ann = of(good());
        assertThat(ann.name()).isEqualTo("ann");
        assertThat(ann.role()).isEqualTo(Role.OPERATOR);
        assertThat(ann.id()).isEqualTo("oidc:" + provider.issuer() + "#id-1");
        assertThat(of(good().claim("preferred_username", null)).name()).isEqualTo("id-1");
    }

    @Test
    void whatIsNoTokenOfThisKindIsLeftToOthers() {
        assertThat(signIns.of("ek_t-1_abc")).isEmpty();
        assertThat(signIns.of("a.b")).isEmpty();
        assertThat(provider.asked()).isZero();
    }

    @Test
    void whatIsNotSignedIsRefused() {
        String plain = new PlainJWT(good().build()).serialize();
        assertThatThrownBy(() -> signIns.of(plain)).hasMessageContaining("signed");
        assertThatThrownBy(() -> signIns.of("a.b.c")).hasMessageContaining("no signed JSON web token");
        assertThat(provider.asked()).isZero();
    }

    @Test
    void whatIsWrongWithATokenIsSaid() {
        isRefused(good().issuer("https://elsewhere.example"), 401, "another issuer");
        isRefused(good().audience("somebody"), 401, "for somebody else");
        isRefused(good().expirationTime(null), 401, "exp");
        isRefused(good().expirationTime(Date.from(now.minusSeconds(31))), 401, "has run out");
        isRefused(good().notBeforeTime(Date.from(now.plusSeconds(31))), 401, "clocks");
        isRefused(good().subject(null), 401, "sub");
        isRefused(good().claim("roles", null), 403, "is not there");
        isRefused(good().claim("roles", List.of("king")), 403, "has none that is known");
        isRefused(good().claim("roles", "tenant"), 403, "names none");
    }

    @Test
    void clocksMayBeOffByALittle() throws Exception {
        assertThat(of(good().expirationTime(Date.from(now.minusSeconds(29)))).name())
                .isEqualTo("ann");
        assertThat(of(good().notBeforeTime(Date.from(now.plusSeconds(29)))).name())
                .isEqualTo("ann");
    }

    @Test
    void aTenantHasItsTenants() throws Exception {
        Principal bert = of(good().claim("roles", "tenant").claim("tenants", List.of("acme", "not a name")));
        assertThat(bert.tenants()).containsExactly(new TenantId("acme"));
    }

    @Test
    void claimsMayHaveOtherNamesAndPlacesAndValues() throws Exception {
        OidcSettings keycloak = new OidcSettings(
                provider.issuer(),
                List.of("evenkeel"),
                "realm_access.roles",
                "https://example.org/tenant",
                Map.of("customers", Role.TENANT),
                "evenkeel",
                List.of());
        Principal bert = new SignIns(keycloak, () -> now)
                .of(provider.signs(good().claim("realm_access", Map.of("roles", List.of("operator", "customers")))
                        .claim("https://example.org/tenant", "acme")
                        .build()))
                .orElseThrow();
        assertThat(bert.role()).as("where values are given, only they count").isEqualTo(Role.TENANT);
        assertThat(bert.tenants()).containsExactly(new TenantId("acme"));
    }

    @Test
    void keysAreFetchedOnceAndAgainWhenTheProviderHasANewOne() throws Exception {
        of(good());
        of(good());
        assertThat(provider.asked()).isEqualTo(1);
        now = now.plusSeconds(60);
        provider.changesItsKey();
        of(good());
        assertThat(provider.asked()).isEqualTo(2);
    }

    @Test
    void madeUpKeysDoNotMakeUsKnockAtTheProvider() throws Exception {
        of(good());
        now = now.plusSeconds(60);
        for (int i = 0; i < 50; i++) {
            String token = provider.signs(good().build(), "made-up-" + i);
            assertThatThrownBy(() -> signIns.of(token)).hasMessageContaining("a key that its issuer does not have");
        }
        assertThat(provider.asked()).isEqualTo(2);
    }

    @Test
    void aKeyThatTheProviderGaveUpIsGoodForTenMinutesAtMost() throws Exception {
        String old = provider.signs(
                good().expirationTime(Date.from(now.plus(Duration.ofDays(1)))).build());
        signIns.of(old);
        provider.changesItsKey();
        now = now.plus(Duration.ofMinutes(11));
        assertThatThrownBy(() -> signIns.of(old)).hasMessageContaining("a key that its issuer does not have");
    }

    @Test
    void aProviderThatIsAwayIsNoReasonToForgetItsKeysNorABug() throws Exception {
        provider.fallsSilent(true);
        isRefused(good(), 503, "cannot be asked");
        provider.fallsSilent(false);
        now = now.plusSeconds(60);
        of(good());
        provider.fallsSilent(true);
        now = now.plus(Duration.ofMinutes(30));
        assertThat(of(good()).name()).isEqualTo("ann");
    }

    @Test
    void aProviderThatCallsItselfSomethingElseIsNotTrusted() {
        provider.callsItself("https://elsewhere.example");
        isRefused(good(), 503, "cannot be asked");
    }

    @Test
    void plainHttpIsForTheLoopbackOnly() {
        assertThatThrownBy(() -> new OidcSettings(
                        URI.create("http://login.example.org"),
                        List.of("evenkeel"),
                        "roles",
                        "tenants",
                        Map.of(),
                        "evenkeel",
                        List.of()))
                .hasMessageContaining("https://");
        assertThatThrownBy(() -> new OidcSettings(
                        URI.create("https://login.example.org"),
                        List.of(),
                        "roles",
                        "tenants",
                        Map.of(),
                        "",
                        List.of()))
                .hasMessageContaining("--oidc-audience");
    }
}
