package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Tokens, who one is, and who did what. */
final class AccessTest extends ServerTest {
    private static final String TOKEN = """
            {"id":"t-1","name":"acme's robot","role":"tenant","tenants":["acme"],"createdAt":"2026-11-22T12:00:00Z",
             "createdBy":"admin","expiresAt":"2027-02-20T12:00:00Z","token":"ek_t-1_abc"}
            """;

    @Test
    void aTokenIsPrintedAloneAndOnce() {
        server.on("POST /v1/tokens", 201, TOKEN);

        shell.run("token", "create", "--name", "acme's robot", "--role", "tenant", "--tenant", "acme", "--ttl", "90d")
                .endsWith(ExitCode.OK)
                .prints("ek_t-1_abc")
                .says("token t-1, good until 2027-02-20T12:00:00Z; it is not shown again");

        JsonNode order = server.request("POST /v1/tokens").json();
        assertThat(order.at("/tenants/0").asString()).isEqualTo("acme");
        assertThat(order.path("ttl").asString()).isEqualTo("PT2160H");
    }

    @Test
    void tokensAreListedAndEnded() {
        String kept = TOKEN.replace("\"ek_t-1_abc\"", "null");
        server.on("GET /v1/tokens", Samples.page(kept)).on("DELETE /v1/tokens/t-1", kept);

        assertThat(shell.run("token", "ls").endsWith(ExitCode.OK).out()).contains("acme's robot", "2027-02-20");
        shell.run("token", "revoke", "t-1").endsWith(ExitCode.OK).says("ended: token t-1 of acme's robot");
    }

    @Test
    void whoamiTellsWhoOneIs() {
        server.on("GET /v1/whoami", "{\"name\":\"ann\",\"role\":\"tenant\",\"tenants\":[\"acme\",\"labs\"]}");

        shell.run("whoami")
                .endsWith(ExitCode.OK)
                .prints("name             ann", "role             tenant", "tenants          acme,labs");
    }

    @Test
    void theAuditTrailIsListed() {
        server.on("GET /v1/audit", Samples.page("""
                {"sequence":1,"at":"2026-11-22T12:00:00Z","actor":"ann","action":"POST /v1/hosts/{id}/cordon",
                 "subject":"/v1/hosts/h1/cordon","why":"disk","detail":{"caller":"token:t-1"},"hash":"ab"}
                """));

        assertThat(shell.run("audit", "ls").endsWith(ExitCode.OK).out()).contains("ann", "/v1/hosts/h1/cordon", "disk");
    }
}
