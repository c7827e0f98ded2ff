package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class PlanTest extends ServerTest {
    @Test
    void tellsHostByHostAndVmByVm() {
        server.on("POST /v1/plans", Samples.PLAN);

        shell.run("plan", "qemu-11.1")
                .endsWith(ExitCode.OK)
                .prints(
                        "host h1: MIGRATE, qemu 10.0.2 → 11.1",
                        "  VM     TENANT  IMPACT   STOP  TOTAL  TO",
                        "  web-1  acme    PAUSE   20 ms  1.5 s  h2",
                        "",
                        "host h2: refused, qemu 10.0.2 → 11.1",
                        "  not MIGRATE: the owner of VM db-1 says migration: never (tenant acme, vm 77aa)",
                        "",
                        "host h3: has it already, qemu 11.1 → 11.1");
    }

    @Test
    void wideTellsWhyGentlerMethodsAreOut() {
        server.on("POST /v1/plans", Samples.PLAN);

        assertThat(shell.run("plan", "qemu-11.1", "-o", "wide").out())
                .contains("  not HOT_PATCH: the update has no payload for HOT_PATCH");
    }

    @Test
    void asksForTheSelectedHosts() {
        server.on("POST /v1/plans", Samples.PLAN)
                .on("GET /v1/hosts/h1", Samples.HOST)
                .on(
                        "GET /v1/hosts",
                        Samples.page(Samples.HOST.replace("\"h1\"", "\"h2\"").replace("rack1-h1", "two")));

        shell.run("plan", "qemu-11.1", "--host", "h1,two", "--zone", "a").endsWith(ExitCode.OK);

        JsonNode order = server.request("POST /v1/plans").json();
        assertThat(order.path("hosts").toString()).isEqualTo("[\"h1\",\"h2\"]");
        assertThat(order.path("selector").path("zone").asString()).isEqualTo("a");
    }

    @Test
    void isRefusedWhenNoHostCanBeUpdated() {
        server.on(
                "POST /v1/plans",
                Samples.PLAN
                        .replace("\"MIGRATE\",\"before\"", "null,\"before\"")
                        .replace("\"already\":true", "\"already\":false"));

        shell.run("plan", "qemu-11.1").endsWith(ExitCode.REFUSED);
    }
}
