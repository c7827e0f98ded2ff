package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FailuresTest extends ServerTest {
    private static String problem(int status, String errors) {
        return "{\"type\":\"/problems/x\",\"title\":\"Wrong\",\"status\":" + status
                + ",\"detail\":\"it is so\",\"errors\":[" + errors + "]}";
    }

    private static String fieldError(String field, String value, String remedy) {
        return "{\"field\":\"" + field + "\",\"value\":" + value + ",\"remedy\":\"" + remedy + "\"}";
    }

    @ParameterizedTest
    @CsvSource({
        "400, USAGE",
        "401, FORBIDDEN",
        "403, FORBIDDEN",
        "404, NOT_FOUND",
        "409, REFUSED",
        "422, USAGE",
        "500, FAILED",
        "503, UNREACHABLE",
        "507, FAILED"
    })
    void eachProblemHasItsExitCode(int status, ExitCode code) {
        server.on("GET /v1/vms", status, problem(status, ""));

        Shell.Result result = shell.run("vm", "ls").endsWith(code).prints();

        assertThat(result.err()).startsWith("error: it is so\n");
    }

    @Test
    void aWrongFieldIsNamedWithItsRemedy() {
        server.on(
                "POST /v1/rollouts",
                422,
                problem(422, fieldError("policy.maxFailedHosts", "\"-1\"", "give 0 or more")));

        shell.run("rollout", "start", "u", "--max-failed-hosts=-1")
                .endsWith(ExitCode.USAGE)
                .says("error: it is so (field policy.maxFailedHosts: value \"-1\" → give 0 or more)");
    }

    @Test
    void severalWrongFieldsStandBelowEachOther() {
        server.on(
                "POST /v1/rollouts",
                422,
                problem(422, fieldError("a", "\"1\"", "do x") + "," + fieldError("b", "null", "do y")));

        shell.run("rollout", "start", "u")
                .endsWith(ExitCode.USAGE)
                .says("error: it is so", "  field a: value \"1\" → do x", "  field b: value missing → do y");
    }

    @Test
    void whatDoesNotExistIsNamedWithTheWayToSeeWhatDoes() {
        server.on("GET /v1/hosts", Samples.page(Samples.HOST));

        shell.run("host", "cordon", "h7")
                .endsWith(ExitCode.NOT_FOUND)
                .says("error: there is no host \"h7\"; see: evenkeel host ls");
    }

    @Test
    void aServerThatIsNotThereIsNamed() {
        server.close();

        shell.run("vm", "ls")
                .endsWith(ExitCode.UNREACHABLE)
                .says(
                        "error: the server at " + server.url() + " does not answer: connection refused",
                        "  start one with: evenkeel server, or name another with --server URL");
    }

    @Test
    void whatIsNotAServerIsToldApart() {
        Shell.toNowhere()
                .run("vm", "ls", "--server", "ftp://there")
                .endsWith(ExitCode.USAGE)
                .says("error: --server: \"ftp://there\" is not an address; give one such as http://127.0.0.1:8440");
    }

    @Test
    void aTypingErrorIsAnsweredWithTheNearestVerb() {
        Shell.Result result = Shell.toNowhere().run("vm", "lss").endsWith(ExitCode.USAGE);

        assertThat(result.err()).contains("Did you mean").contains("see: evenkeel vm --help");
    }

    @Test
    void withoutAVerbThereIsHelp() {
        Shell.Result result = Shell.toNowhere().run().endsWith(ExitCode.USAGE);

        assertThat(result.err()).contains("rollout, rollouts");
    }

    @Test
    void whatTheLauncherStartsIsSentToIt() {
        Shell.toNowhere()
                .run("demo")
                .endsWith(ExitCode.USAGE)
                .says("error: \"demo\" is started by the launcher: ./evenkeel demo");
    }

    @Test
    void theTokenIsShownToTheServer(@TempDir Path folder) throws IOException {
        server.on("GET /v1/vms", Samples.page());
        Path file = Files.writeString(folder.resolve("token"), "geheim\n");

        shell.run("vm", "ls", "--token-file", file.toString()).endsWith(ExitCode.OK);

        assertThat(server.request("GET /v1/vms").header("Authorization")).isEqualTo("Bearer geheim");
    }

    @Test
    void aTokenFileThatCannotBeReadIsNamed() {
        shell.run("vm", "ls", "--token-file", "/nonexistent/token")
                .endsWith(ExitCode.USAGE)
                .says(
                        "error: the token file /nonexistent/token cannot be read: name one with --token-file, or run as its"
                                + " owner");
    }

    @Test
    void theStateSaysWhereTheServerIsAndWhichTokenItTakes(@TempDir Path state) throws IOException {
        server.on("GET /v1/vms", Samples.page());
        Files.writeString(state.resolve("token"), "geheim");
        Files.writeString(
                state.resolve("context.properties"),
                "server=" + server.url().replace(":", "\\:") + "\ntoken-file=" + state.resolve("token") + "\n");

        Shell.toNowhere().run("vm", "ls", "--state", state.toString()).endsWith(ExitCode.OK);

        assertThat(server.request("GET /v1/vms").header("Authorization")).isEqualTo("Bearer geheim");
    }

    @Test
    void theServersOwnTokenIsFoundInItsState(@TempDir Path state) throws IOException {
        server.on("GET /v1/vms", Samples.page());
        Files.createDirectories(state.resolve("server"));
        Files.writeString(state.resolve("server/admin-token"), "geheim");

        shell.with("EVENKEEL_STATE", state.toString()).run("vm", "ls").endsWith(ExitCode.OK);

        assertThat(server.request("GET /v1/vms").header("Authorization")).isEqualTo("Bearer geheim");
    }
}
