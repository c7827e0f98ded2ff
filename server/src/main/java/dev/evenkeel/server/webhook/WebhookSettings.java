package dev.evenkeel.server.webhook;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/**
 * How webhooks are to be.
 *
 * @param http whether URLs may be plain HTTP
 * @param allowed addresses that may be reached although they are private or this machine's
 * @param authorities who vouches for receivers beside those whom Java trusts
 * @param retries how long a delivery waits after its first, second and so on failed attempt; after one more it is dead
 * @param timeout how long one attempt may take, from the name's resolution to the answer's first line
 */
public record WebhookSettings(
        boolean http, List<Cidr> allowed, List<X509Certificate> authorities, List<Duration> retries, Duration timeout) {
    /** About a day. */
    private static final List<Duration> RETRIES = List.of(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofHours(4),
            Duration.ofHours(8),
            Duration.ofHours(8));

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    public WebhookSettings {
        allowed = List.copyOf(allowed);
        authorities = List.copyOf(authorities);
        retries = List.copyOf(retries);
    }

    /** HTTPS to anywhere public. */
    public static final WebhookSettings USUAL = of(false, List.of(), List.of());

    public static WebhookSettings of(boolean http, List<Cidr> allowed, List<X509Certificate> authorities) {
        return new WebhookSettings(http, allowed, authorities, RETRIES, TIMEOUT);
    }
}
