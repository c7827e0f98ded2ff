package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Maintenance configurations from the command line. */
final class WindowTest extends ServerTest {
    private static final String WINDOW = """
            {"id":"win-1","name":"nights","tenant":"acme","maintenanceScope":"Host","startDateTime":"2026-03-01 22:00",
             "expirationDateTime":"9999-12-31 23:59:59","duration":"03:00","timeZone":"Pacific Standard Time",
             "recurEvery":"2Weeks Saturday,Sunday","open":false,"closesAt":null,"nextOpensAt":"2026-11-29T06:00:00Z",
             "rare":false,"createdAt":"2026-11-22T12:00:00Z","createdBy":"ann",
             "assignments":[
               {"id":"wa-1","vm":"6f1c2b1e-0000-4000-8000-000000000001","host":null,"filter":null},
               {"id":"wa-2","vm":null,"host":"h1","filter":null},
               {"id":"wa-3","vm":null,"host":null,
                "filter":{"tenant":"acme","availabilitySet":null,"name":"web-*","tags":{}}},{"id":"wa-4","vm":null,"host":null,
                "filter":{"tenant":null,"availabilitySet":null,"name":null,"tags":{"env":"prod","team":"web"}}}]}
            """;

    private static final String PREVIEW = """
            {"windows":[{"name":"nights","tenant":null,"timeZone":"Pacific Standard Time"}],"rare":true,
             "openings":[{"opensAt":"2026-11-29T06:00:00Z","closesAt":"2026-11-29T09:00:00Z","rollouts":["ro-1"]}],
             "waiting":[{"rollout":"ro-1","update":"qemu-11.1","state":"Rolling","hosts":1,"vms":2,
                         "turnAt":"2026-11-29T06:00:00Z","forced":false,"forcedAt":"2026-12-27T12:00:00Z"}]}
            """;

    @TempDir
    Path directory = Path.of("");

    @Test
    void aWindowIsMadeFromOptions() {
        server.on("POST /v1/windows", 201, WINDOW);

        shell.run(
                        "window",
                        "create",
                        "nights",
                        "--tenant",
                        "acme",
                        "--start",
                        "2026-03-01 22:00",
                        "--duration",
                        "03:00",
                        "--time-zone",
                        "Pacific Standard Time",
                        "--recur-every",
                        "2Weeks Sat,Sun",
                        "--reason",
                        "we sleep")
                .endsWith(ExitCode.OK);

        JsonNode order = server.request("POST /v1/windows").json();
        assertThat(order.path("name").asString()).isEqualTo("nights");
        assertThat(order.path("recurEvery").asString()).isEqualTo("2Weeks Sat,Sun");
        assertThat(order.path("reason").asString()).isEqualTo("we sleep");
    }

    @Test
    void aWindowIsMadeFromAFileAndOptionsGoFirst() throws Exception {
        server.on("POST /v1/windows", 201, WINDOW);
        Path file = directory.resolve("window.yaml");
        Files.writeString(file, """
                name: nights
                startDateTime: 2026-03-01 22:00
                duration: "03:00"
                timeZone: Pacific Standard Time
                recurEvery: Week Saturday,Sunday
                """);

        shell.run("window", "create", "-f", file.toString(), "--duration", "04:00")
                .endsWith(ExitCode.OK);

        JsonNode order = server.request("POST /v1/windows").json();
        assertThat(order.path("startDateTime").asString()).isEqualTo("2026-03-01 22:00");
        assertThat(order.path("duration").asString()).isEqualTo("04:00");
        shell.run("window", "create", "-f", directory.resolve("none").toString())
                .endsWith(ExitCode.USAGE);
    }

    @Test
    void windowsAreListedShownAndDeleted() {
        server.on("GET /v1/windows", Samples.page(WINDOW))
                .on("GET /v1/windows/nights", WINDOW)
                .on("DELETE /v1/windows/nights", WINDOW);

        assertThat(shell.run("window", "ls").endsWith(ExitCode.OK).out())
                .contains("2Weeks Saturday,Sunday", "22:00", "2026-11-29T06:00:00Z");
        assertThat(shell.run("window", "show", "nights").endsWith(ExitCode.OK).out())
                .contains(
                        "VM 6f1c2b1e",
                        "host h1",
                        "VMs with tenant acme, name web-*",
                        "VMs with tags env=prod,team=web");
        shell.run("window", "delete", "nights").endsWith(ExitCode.OK).prints("window nights deleted");
    }

    @Test
    void aWindowIsAssignedToOneThing() {
        server.on("POST /v1/windows/nights/assignments", 201, WINDOW);

        shell.run("window", "assign", "nights", "--availability-set", "web", "--name", "web-*")
                .endsWith(ExitCode.OK);

        JsonNode order = server.request("POST /v1/windows/nights/assignments").json();
        assertThat(order.at("/filter/availabilitySet").asString()).isEqualTo("web");
        assertThat(order.has("vm")).isFalse();
        shell.run("window", "assign", "nights", "--tag", "env=prod", "--tag", "team=web")
                .endsWith(ExitCode.OK);
        assertThat(server.request("POST /v1/windows/nights/assignments")
                        .json()
                        .at("/filter/tags/team")
                        .asString())
                .isEqualTo("web");
        shell.run("window", "assign", "nights").endsWith(ExitCode.USAGE);
        shell.run("window", "assign", "nights", "--vm", "web-1", "--host", "h1").endsWith(ExitCode.USAGE);
    }

    @Test
    void anAssignmentIsEndedAsItWasMade() {
        server.on("GET /v1/windows/nights", WINDOW)
                .on("GET /v1/vms/web-1", Samples.VM)
                .on("DELETE /v1/windows/win-1/assignments/wa-1", WINDOW)
                .on("DELETE /v1/windows/win-1/assignments/wa-2", WINDOW)
                .on("DELETE /v1/windows/win-1/assignments/wa-3", WINDOW)
                .on("DELETE /v1/windows/win-1/assignments/wa-4", WINDOW);

        shell.run("window", "unassign", "nights", "--vm", "web-1").endsWith(ExitCode.OK);
        shell.run("window", "unassign", "nights", "--host", "h1").endsWith(ExitCode.OK);
        shell.run("window", "unassign", "nights", "--tenant", "acme", "--name", "web-*")
                .endsWith(ExitCode.OK);
        shell.run("window", "unassign", "nights", "--tag", "team=web,env=prod").endsWith(ExitCode.OK);
        shell.run("window", "unassign", "nights", "--tag", "team=web").endsWith(ExitCode.NOT_FOUND);
        shell.run("window", "unassign", "nights", "--tenant", "acme").endsWith(ExitCode.NOT_FOUND);
    }

    @Test
    void aPreviewShowsOpeningsByTheClocksOfTheZoneAndWhatWaits() {
        server.on("GET /v1/vms/web-1/windows", PREVIEW).on("GET /v1/hosts/h1/windows", PREVIEW);

        assertThat(shell.run("window", "preview", "--vm", "web-1")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("nights (the region's)", "Sat 2026-11-28 22:00", "Sun 2026-11-29 01:00", "3h", "ro-1")
                .contains("qemu-11.1", "2026-12-27T12:00:00Z");
        shell.run("window", "preview", "--host", "h1")
                .endsWith(ExitCode.OK)
                .says("more than 35 days pass between openings: updates will be forced outside of them");
        shell.run("window", "preview").endsWith(ExitCode.USAGE);
    }
}
