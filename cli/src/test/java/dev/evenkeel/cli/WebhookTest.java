package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel webhook}. */
final class WebhookTest extends ServerTest {
    private static final String WEBHOOK = """
            {"id":"wh-1","tenant":"acme","url":"https://example.org/hook","types":["scheduled","ended"],"enabled":true,
             "disabledWhy":null,"createdAt":"2026-11-22T12:00:00Z","createdBy":"ann","secret":null}
            """;
    private static final String DELIVERY = """
            {"id":"evt_1","type":"scheduled","event":"e1","state":"DEAD","attempts":11,"status":503,"answer":"answered 503",
             "createdAt":"2026-11-22T12:00:00Z","triedAt":"2026-11-22T12:00:01Z","nextAt":null}
            """;

    @Test
    void aWebhookIsMadeAndItsSecretIsAllOfTheOutput() {
        server.on("POST /v1/webhooks", 201, WEBHOOK.replace("\"secret\":null", "\"secret\":\"whsec_x\""));

        assertThat(shell.run(
                                "webhook",
                                "create",
                                "https://example.org/hook",
                                "--tenant",
                                "acme",
                                "--type",
                                "scheduled",
                                "--type",
                                "ended")
                        .endsWith(ExitCode.OK)
                        .out())
                .isEqualTo("whsec_x\n");

        JsonNode order = server.request("POST /v1/webhooks").json();
        assertThat(order.path("url").asString()).isEqualTo("https://example.org/hook");
        assertThat(order.path("types").size()).isEqualTo(2);
        shell.run("webhook", "create", "https://example.org/hook", "--secret-env", "NOT_SET_ANYWHERE")
                .endsWith(ExitCode.USAGE);
    }

    @Test
    void whatBecomesOfScheduledEventsIsWatchedFromTheLastChangeOn() {
        String event = """
                {"id":"e1","kind":"FREEZE","status":"SCHEDULED","vm":"6f1c","name":"web-1","tenant":"acme",
                 "notBefore":"2026-11-22T12:15:00Z","lastsMs":20,"description":"web-1: evacuation of its host",
                 "approvedBy":null,"run":"run-0001"}
                """.replace("\n", "");
        String change =
                "{\"sequence\":7,\"id\":\"evt_1\",\"at\":\"2026-11-22T12:00:00Z\",\"type\":\"withdrawn\",\"event\":"
                        + event + "}";
        server.on("GET /v1/scheduled-events", Samples.page(event))
                .onEvents("id: 7\nevent: withdrawn\ndata: " + change + "\n\n");

        String out = shell.run("scheduled-event", "ls", "--watch", "--vm", "6f1c")
                .endsWith(ExitCode.NOT_FOUND)
                .out();

        assertThat(out).contains("SCHEDULED").contains("2026-11-22T12:00:00Z  withdrawn  web-1  FREEZE  not before");
        assertThat(server.request("GET /v1/scheduled-events/stream").header("last-event-id"))
                .isEqualTo("7");
    }

    @Test
    void webhooksAreListedShownTurnedAndDeleted() {
        server.on("GET /v1/webhooks", Samples.page(WEBHOOK))
                .on("GET /v1/webhooks/wh-1", WEBHOOK)
                .on("PATCH /v1/webhooks/wh-1", WEBHOOK)
                .on("DELETE /v1/webhooks/wh-1", WEBHOOK);

        assertThat(shell.run("webhook", "ls").endsWith(ExitCode.OK).out()).contains("scheduled,ended");
        assertThat(shell.run("webhook", "show", "wh-1").endsWith(ExitCode.OK).out())
                .contains("https://example.org/hook");
        shell.run("webhook", "disable", "wh-1").endsWith(ExitCode.OK);
        assertThat(server.request("PATCH /v1/webhooks/wh-1")
                        .json()
                        .path("enabled")
                        .asBoolean(true))
                .isFalse();
        shell.run("webhook", "delete", "wh-1").endsWith(ExitCode.OK).prints("webhook wh-1 deleted");
    }

    @Test
    void deliveriesAreListedReplayedAndTried() {
        server.on("GET /v1/webhooks/wh-1/deliveries", Samples.page(DELIVERY))
                .on("POST /v1/webhooks/wh-1/replay", "{\"replayed\":3}")
                .on("POST /v1/webhooks/wh-1/ping", 202, DELIVERY);

        assertThat(shell.run("webhook", "deliveries", "wh-1", "--only", "DEAD")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("answered 503")
                .contains(" 11 ");
        shell.run("webhook", "replay", "wh-1", "--since", "2026-11-22T12:00:00Z")
                .endsWith(ExitCode.OK)
                .prints("3 deliveries of webhook wh-1 wait anew");
        assertThat(server.request("POST /v1/webhooks/wh-1/replay")
                        .json()
                        .path("since")
                        .asString())
                .isEqualTo("2026-11-22T12:00:00Z");
        shell.run("webhook", "ping", "wh-1")
                .endsWith(ExitCode.OK)
                .prints("delivery evt_1 waits; what becomes of it: evenkeel webhook deliveries wh-1");
    }
}
