package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Exemptions from the command line. */
final class ExemptionTest extends ServerTest {
    private static final String OF_A_VM = """
            {"id":"exempt-1","vm":"6f1c2b1e-0000-4000-8000-000000000001","tenant":null,"update":"qemu-11.1",
             "from":"2026-11-22T12:00:00Z","until":"2026-12-01T03:00:00Z","reason":"the quarter ends","by":"ann"}
            """;

    private static final String OF_A_TENANT = """
            {"id":"exempt-2","vm":null,"tenant":"acme","update":null,
             "from":"2026-11-22T12:00:00Z","until":"2026-12-01T03:00:00Z","reason":"a sale","by":"ann"}
            """;

    @Test
    void oneIsMadeOfAVmOrOfATenantUntilATimeAndForAReason() {
        server.on("POST /v1/exemptions", 201, OF_A_VM);
        String made = shell.run(
                        "exemption",
                        "create",
                        "--vm",
                        "web-1",
                        "--update",
                        "qemu-11.1",
                        "--until",
                        "2026-12-01T03:00:00Z",
                        "--reason",
                        "the quarter ends")
                .endsWith(ExitCode.OK)
                .out();
        assertThat(made).contains("exempt-1", "qemu-11.1", "the quarter ends");
        JsonNode order = server.request("POST /v1/exemptions").json();
        assertThat(order.path("vm").asString()).isEqualTo("web-1");
        assertThat(order.path("until").asString()).isEqualTo("2026-12-01T03:00:00Z");
        assertThat(order.has("tenant")).isFalse();

        shell.run("exemption", "create", "--tenant", "acme", "--for", "14d", "--reason", "a sale")
                .endsWith(ExitCode.OK);
    }

    @Test
    void withoutAnEndOrAReasonNoneIsMade() {
        shell.run("exemption", "create", "--vm", "web-1", "--reason", "x").endsWith(ExitCode.USAGE);
        shell.run("exemption", "create", "--vm", "web-1", "--for", "1d").endsWith(ExitCode.USAGE);
        shell.run("exemption", "create", "--for", "1d", "--reason", "x").endsWith(ExitCode.USAGE);
    }

    @Test
    void theyAreListedAndDeleted() {
        server.on("GET /v1/exemptions", Samples.page(OF_A_VM, OF_A_TENANT))
                .on("DELETE /v1/exemptions/exempt-2", OF_A_TENANT);

        assertThat(shell.run("exemption", "ls").endsWith(ExitCode.OK).out())
                .contains("exempt-1", "qemu-11.1", "all of tenant acme", "all maintenance", "a sale");
        shell.run("exemption", "delete", "exempt-2")
                .endsWith(ExitCode.OK)
                .prints("exemption exempt-2 deleted; all of tenant acme can be touched again");
    }
}
