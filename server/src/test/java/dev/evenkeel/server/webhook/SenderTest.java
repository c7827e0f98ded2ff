package dev.evenkeel.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SenderTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    @Test
    void retryAfterIsSecondsOrADateAndNothingElse() {
        assertThat(Sender.rest("120", NOW)).isEqualTo(Duration.ofMinutes(2));
        assertThat(Sender.rest(" Mon, 23 Nov 2026 10:00:30 GMT ", NOW)).isEqualTo(Duration.ofSeconds(30));
        assertThat(Sender.rest("Mon, 23 Nov 2026 09:00:00 GMT", NOW)).isZero();
        assertThat(Sender.rest("-5", NOW)).isZero();
        assertThat(Sender.rest("soon", NOW)).isZero();
    }

    @Test
    void noReceiverSwitchesItsWebhookOffBySayingAMillenniumHence() {
        assertThat(Sender.rest("999999999", NOW)).isEqualTo(Sender.LONGEST_REST);
        assertThat(Sender.rest("99999999999999999999", NOW)).isZero();
        assertThat(Sender.rest("Thu, 23 Nov 3026 10:00:00 GMT", NOW)).isEqualTo(Sender.LONGEST_REST);
    }
}
