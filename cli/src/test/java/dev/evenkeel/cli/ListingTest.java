package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

final class ListingTest extends ServerTest {
    @Test
    void hostsStandInAnAlignedTable() {
        String silent = Samples.HOST
                .replace("\"h1\"", "\"host-22\"")
                .replace("READY", "SILENT")
                .replace("12:00:00Z", "11:56:48Z")
                .replace("\"run\":null", "\"run\":\"run-0001\"");
        server.on("GET /v1/hosts", Samples.page(Samples.HOST, silent));

        shell.run("host", "ls")
                .endsWith(ExitCode.OK)
                .prints(
                        "HOST     STATE   VMS  VMM     KERNEL    RUN       SEEN",
                        "h1       READY     2  10.0.2  6.1.0-40  -         0s",
                        "host-22  SILENT    2  10.0.2  6.1.0-40  run-0001  3m12s");
    }

    @Test
    void wideTellsMore() {
        server.on("GET /v1/hosts", Samples.page(Samples.HOST));

        Shell.Result result = shell.run("hosts", "list", "-o", "wide").endsWith(ExitCode.OK);

        assertThat(result.out()).contains("ADDRESS", "10.77.0.11", "2 GiB", "1.5 GiB");
    }

    @Test
    void jsonIsWhatTheServerSaid() {
        server.on("GET /v1/vms", Samples.page(Samples.VM));

        Shell.Result result = shell.run("vm", "ls", "-o", "json").endsWith(ExitCode.OK);

        JsonNode printed = JsonMapper.shared().readTree(result.out());
        assertThat(printed).isEqualTo(JsonMapper.shared().readTree(Samples.page(Samples.VM)));
        assertThat(result.out()).startsWith("{\n  \"items\": [\n    {\n      \"id\": ");
    }

    @Test
    void yamlIsWhatTheServerSaid() {
        server.on("GET /v1/hosts/h1", Samples.HOST);

        Shell.Result result = shell.run("host", "show", "h1", "-o", "yaml").endsWith(ExitCode.OK);

        assertThat(new YAMLMapper().readTree(result.out()))
                .isEqualTo(JsonMapper.shared().readTree(Samples.HOST));
    }

    @Test
    void anEmptyListIsARemarkAndNotAnAnswer() {
        server.on("GET /v1/vms", Samples.page());

        shell.run("vm", "ls").endsWith(ExitCode.OK).prints().says("no VMs");
    }

    @Test
    void anEmptyListForProgramsIsAList() {
        server.on("GET /v1/vms", Samples.page());

        Shell.Result result =
                shell.run("vm", "ls", "-o", "json").endsWith(ExitCode.OK).says();

        assertThat(JsonMapper.shared().readTree(result.out()).path("items").isEmpty())
                .isTrue();
    }

    @Test
    void allPagesAreFetched() {
        server.on("GET /v1/hosts", Samples.pageBefore("two+/", Samples.HOST));
        server.on("GET /v1/hosts", Samples.page(Samples.HOST.replace("\"h1\"", "\"h2\"")));

        Shell.Result result = shell.run("host", "ls").endsWith(ExitCode.OK);

        assertThat(result.out().lines()).hasSize(3);
        assertThat(server.request("GET /v1/hosts").path()).contains("cursor=two%2B%2F");
    }

    @Test
    void aListThatOnlyGrowsIsCutAndSaysSo() {
        server.on("GET /v1/ledger", Samples.pageBefore("next", Samples.LEDGER_ENTRY));

        Shell.Result result =
                shell.run("ledger", "--limit", "1", "--tenant", "acme").endsWith(ExitCode.OK);

        assertThat(result.err()).contains("there are more");
        assertThat(server.requests("GET /v1/ledger")).hasSize(1);
        assertThat(server.request("GET /v1/ledger").path()).contains("limit=1").contains("tenant=acme");
    }

    @Test
    void theLedgerSetsForecastAndMeasuredSideBySide() {
        server.on("GET /v1/ledger", Samples.page(Samples.LEDGER_ENTRY));

        shell.run("ledger")
                .endsWith(ExitCode.OK)
                .prints(
                        "VM     TENANT  METHOD   FROM  TO  FORECAST   STOP   SEEN     GAP  NORMAL  RESTARTED  AGE",
                        "web-1  acme    MIGRATE  h1    h2     20 ms  24 ms  26 ms  120 ms  104 ms  no         18s");
    }

    @Test
    void vmsAreFilteredByTheServer() {
        server.on("GET /v1/vms", Samples.page(Samples.VM));

        shell.run("vm", "ls", "--host", "h1", "--tenant", "acme")
                .endsWith(ExitCode.OK)
                .prints(
                        "VM     TENANT  HOST  STATE    MEMORY  VMM           MAX PAUSE  OBSTACLES",
                        "web-1  acme    h1    RUNNING  96 MiB  10.0.2 (old)  2.0 s      HOST_DEVICE");
        assertThat(server.request("GET /v1/vms").path()).contains("host=h1").contains("tenant=acme");
    }

    @Test
    void aHostIsShownWithItsVms() {
        server.on("GET /v1/hosts/h1", Samples.HOST).on("GET /v1/vms", Samples.page(Samples.VM));

        Shell.Result result = shell.run("host", "show", "h1").endsWith(ExitCode.OK);

        assertThat(result.out())
                .contains("migration domain lab")
                .contains("2 GiB, 1.5 GiB free")
                .contains("live-migration post-copy")
                .contains("web-1  acme");
    }

    @Test
    void aVmIsShownWithWhatItsOwnerAllows() {
        server.on("GET /v1/vms/web-1", Samples.VM);

        Shell.Result result = shell.run("vm", "show", "web-1").endsWith(ExitCode.OK);

        assertThat(result.out())
                .contains("dirties          40 MiB/s")
                .contains("obstacle         HOST_DEVICE: a host device is passed through (device hostdev0)");
    }

    @Test
    void aHostIsFoundByItsNameToo() {
        server.on("GET /v1/hosts", Samples.page(Samples.HOST)).on("GET /v1/vms", Samples.page());

        Shell.Result result = shell.run("host", "show", "rack1-h1").endsWith(ExitCode.OK);

        assertThat(result.out()).contains("host             h1");
    }

    @Test
    void coloursAreForTerminalsAndCanBeRefused() {
        server.on("GET /v1/hosts", Samples.page(Samples.HOST));

        assertThat(shell.run("host", "ls").out()).doesNotContain("\033");
        assertThat(shell.onTerminal().run("host", "ls").out()).contains("\033[32mREADY\033[0m");
        assertThat(shell.with("NO_COLOR", "1").run("host", "ls").out()).doesNotContain("\033");
    }

    @Test
    void textFromOutsideCannotSpeakToTheTerminal() {
        server.on("GET /v1/vms", Samples.page(Samples.VM.replace("web-1", "web\\u001b[2J\\n1")));

        assertThat(shell.run("vm", "ls").out()).contains("web [2J 1").doesNotContain("\033");
    }
}
