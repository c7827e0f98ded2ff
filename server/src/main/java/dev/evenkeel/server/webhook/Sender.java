package dev.evenkeel.server.webhook;

import dev.evenkeel.store.Delivery;
import dev.evenkeel.store.Webhook;
import io.helidon.common.tls.Tls;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.Proxy;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webclient.http1.Http1ClientConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one delivery: a new connection to an address that {@link Destinations} lets it, no redirect, and of the answer nothing
 * but its status.
 */
public final class Sender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);
    private static final int LONGEST_WORDS = 200;
    /** As long as a receiver's word is heeded; more would be as good as switching the webhook off. */
    static final Duration LONGEST_REST = Duration.ofDays(1);

    private static final HeaderName ID = HeaderNames.create("webhook-id");
    private static final HeaderName TIMESTAMP = HeaderNames.create("webhook-timestamp");
    private static final HeaderName SIGNATURE = HeaderNames.create("webhook-signature");

    private final Duration timeout;
    private final Http1Client http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public Sender(Destinations destinations, WebhookSettings settings) {
        this.timeout = settings.timeout();
        Http1ClientConfig.Builder http = Http1Client.builder()
                .dnsResolver((host, lookup) -> destinations.resolve(host))
                .proxy(Proxy.noProxy())
                .followRedirects(false)
                .connectTimeout(timeout)
                .readTimeout(timeout)
                .keepAlive(false)
                .shareConnectionCache(false)
                .sendExpectContinue(false)
                .servicesDiscoverServices(false);
        if (!settings.authorities().isEmpty()) {
            http.tls(Tls.builder().sslContext(trusting(settings.authorities())).build());
        }
        this.http = http.build();
    }

    /** Whom Java trusts, and these. */
    private static SSLContext trusting(List<X509Certificate> authorities) {
        try {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null);
            for (TrustManager manager : trust.getTrustManagers()) {
                if (manager instanceof X509TrustManager usual) {
                    for (X509Certificate authority : usual.getAcceptedIssuers()) {
                        all.setCertificateEntry("usual-" + all.size(), authority);
                    }
                }
            }
            for (X509Certificate authority : authorities) {
                all.setCertificateEntry("more-" + all.size(), authority);
            }
            trust.init(all);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Java's own trust store can't be used: " + e.getMessage(), e);
        }
    }

    /**
     * What came of an attempt.
     *
     * @param status of the answer; null where none came
     * @param rest how long the receiver wants to be left alone; zero where it does not say
     */
    record Reply(@Nullable Integer status, String words, Duration rest) {
        private static Reply none(String words) {
            return new Reply(null, words, Duration.ZERO);
        }

        boolean taken() {
            return status != null && status / 100 == 2;
        }

        /** The receiver wants no more. */
        boolean gone() {
            return status != null && status == 410;
        }
    }

    /** Sends it once. */
    Reply send(Webhook webhook, Delivery delivery, Instant now) throws InterruptedException {
        Future<Reply> answer = threads.submit(() -> post(webhook, delivery, now));
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return Reply.none(late());
        } catch (ExecutionException e) {
            LOG.debug("delivery {} of webhook {} failed", delivery.id(), webhook.id(), e);
            return Reply.none(words(e));
        } finally {
            answer.cancel(true);
        }
    }

    private Reply post(Webhook webhook, Delivery delivery, Instant now) {
        String signature = Secret.parse(webhook.secret()).sign(delivery.id(), now.getEpochSecond(), delivery.body());
        try (HttpClientResponse response = http.post(webhook.url())
                .header(HeaderNames.CONTENT_TYPE, Envelopes.MEDIA_TYPE)
                .header(HeaderNames.USER_AGENT, "Evenkeel")
                .header(ID, delivery.id())
                .header(TIMESTAMP, Long.toString(now.getEpochSecond()))
                .header(SIGNATURE, signature)
                .submit(delivery.body().getBytes(StandardCharsets.UTF_8))) {
            int status = response.status().code();
            return new Reply(
                    status,
                    status / 100 == 3
                            ? "answered " + status + ", and redirects are not followed"
                            : "answered " + status,
                    response.headers()
                            .first(HeaderNames.RETRY_AFTER)
                            .map(text -> rest(text, now))
                            .orElse(Duration.ZERO));
        }
    }

    /**
     * How long an answer's {@code Retry-After} wants to be waited for (RFC 9110, 10.2.3): seconds or a date, at most {@link #LONGEST_REST};
     * zero when it is neither.
     */
    static Duration rest(String text, Instant now) {
        Duration rest = Duration.ZERO;
        String words = text.strip();
        if (words.matches("\\d{1,9}")) {
            rest = Duration.ofSeconds(Long.parseLong(words));
        } else {
            try {
                rest = Duration.between(now, DateTimeFormatter.RFC_1123_DATE_TIME.parse(words, Instant::from));
            } catch (DateTimeParseException e) {
                LOG.debug("a receiver answers with a Retry-After that is none: {}", clean(words));
            }
        }
        return rest.isNegative() ? Duration.ZERO : rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
    }

    /** Words of others, which might be long or mean something to a terminal or the database. */
    private static String clean(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", " ");
        return plain.substring(0, Math.min(plain.length(), LONGEST_WORDS));
    }

    private String late() {
        return "did not answer within " + timeout.toSeconds() + " s";
    }

    /** Why there was no answer, without what only the server's log should tell. */
    private String words(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case Destinations.Refused refused -> {
                    return String.valueOf(refused.getMessage());
                }
                case SSLException tls -> {
                    return "could not be trusted: " + clean(String.valueOf(tls.getMessage()));
                }
                case ConnectException refused -> {
                    return "takes no connections";
                }
                case SocketTimeoutException late -> {
                    return late();
                }
                default -> {}
            }
        }
        return "broke the connection off";
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
