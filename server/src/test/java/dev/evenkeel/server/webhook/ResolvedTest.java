package dev.evenkeel.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a connection is made to, and by which name its certificate is judged. */
class ResolvedTest {
    private final Destinations here =
            new Destinations(WebhookSettings.of(true, List.of(Cidr.parse("127.0.0.1"), Cidr.parse("::1")), List.of()));

    @Test
    void anAddressHasTheNameOfTheUrlAndNoneThatItClaimsByItself() {
        assertThat(here.resolve("127.0.0.1").getHostName()).isEqualTo("127.0.0.1");
        assertThat(here.resolve("[::1]").getHostName()).isEqualTo("::1");
        assertThat(here.resolve("localhost").getHostName()).isEqualTo("localhost");
    }

    @Test
    void aNameThatLeadsNowhereIsSaid() {
        assertThatThrownBy(() -> here.resolve("nowhere.invalid"))
                .isInstanceOf(Destinations.Refused.class)
                .hasMessageContaining("no address of the host nowhere.invalid is known");
    }
}
