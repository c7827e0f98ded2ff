package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class RolloutTest extends ServerTest {
    @Test
    void startSendsSelectionPolicyAndReason() {
        server.on("POST /v1/rollouts", 201, Samples.ROLLOUT).on("GET /v1/hosts/h1", Samples.HOST);

        shell.run("rollout", "start", "qemu-11.1", "--host", "h1", "--parallel-moves", "2", "--reason", "CVE")
                .endsWith(ExitCode.OK)
                .prints("rollout ro-abcd1234 started")
                .says("follow it with: evenkeel rollout watch ro-abcd1234");

        JsonNode order = server.request("POST /v1/rollouts").json();
        assertThat(order.toString())
                .isEqualTo(
                        "{\"update\":\"qemu-11.1\",\"hosts\":[\"h1\"],\"policy\":{\"parallelMoves\":2},\"reason\":\"CVE\"}");
    }

    @Test
    void ringsAndLimitsAreSent() {
        server.on("POST /v1/rollouts", 201, Samples.ROLLOUT)
                .on("GET /v1/hosts/h1", Samples.HOST)
                .on("GET /v1/hosts/h2", Samples.HOST.replace("\"h1\"", "\"h2\""));

        shell.run("rollout", "start", "u", "--ring", "h1", "--ring", "h2,h1", "--drain-limit", "90m", "-o", "json")
                .endsWith(ExitCode.OK);

        assertThat(server.request("POST /v1/rollouts").json().toString())
                .isEqualTo("{\"update\":\"u\",\"rings\":[[\"h1\"],[\"h2\",\"h1\"]],\"policy\":{\"drainMs\":5400000}}");
    }

    @Test
    void waitEndsWithTheRollout() {
        server.on("POST /v1/rollouts", 201, Samples.ROLLOUT)
                .on("GET /v1/rollouts/ro-abcd1234", Samples.ROLLOUT)
                .on("GET /v1/rollouts/ro-abcd1234", Samples.DONE_ROLLOUT)
                .onEvents(Samples.message(1, "RolloutEnded", "done"));

        shell.run("rollout", "start", "qemu-11.1", "--wait")
                .endsWith(ExitCode.OK)
                .prints("rollout ro-abcd1234: DONE, 2 of 2 hosts done");
    }

    @Test
    void aHaltedRolloutIsAFailure() {
        server.on("GET /v1/rollouts/ro-abcd1234", Samples.HALTED_ROLLOUT).onEvents();

        shell.run("rollout", "watch", "ro-abcd1234")
                .endsWith(ExitCode.FAILED)
                .prints(
                        "rollout ro-abcd1234: Halted, 0 of 2 hosts done, 1 running: more hosts failed than allowed (failed 1)");
    }

    @Test
    void watchTellsEachEventOnceAlthoughTheConnectionBreaks() {
        server.on("GET /v1/rollouts/ro-abcd1234", Samples.ROLLOUT)
                .on("GET /v1/rollouts/ro-abcd1234", Samples.ROLLOUT)
                .on("GET /v1/rollouts/ro-abcd1234", Samples.DONE_ROLLOUT)
                .onEvents(
                        Samples.message(1, "RunStarted", "run started"),
                        Samples.message(2, "VmMoved", "VM web-1 moved to h2"),
                        "id: 3\nevent: VmMoved\ndata: {\"sequence\":3,") // cut off in the middle
                .onEvents(Samples.message(3, "VmMoved", "VM web-2 moved to h3"));

        Shell.Result result = shell.run("rollout", "watch", "ro-abcd1234").endsWith(ExitCode.OK);

        assertThat(result.out().lines())
                .containsExactly(
                        "11:59:41  h1  run started",
                        "11:59:42  h1  VM web-1 moved to h2",
                        "11:59:43  h1  VM web-2 moved to h3",
                        "rollout ro-abcd1234: DONE, 2 of 2 hosts done");
        assertThat(result.err()).contains("lost the connection").contains("connected again");
        assertThat(server.request("GET /v1/events").header("Last-Event-ID")).isEqualTo("2");
        assertThat(server.request("GET /v1/events").path()).contains("rollout=ro-abcd1234");
    }

    @Test
    void onATerminalTheHostsChangeInPlaceBelowTheEvents() {
        server.on("GET /v1/rollouts/ro-abcd1234", Samples.ROLLOUT)
                .on("GET /v1/rollouts/ro-abcd1234", Samples.ROLLOUT)
                .on("GET /v1/rollouts/ro-abcd1234", Samples.DONE_ROLLOUT)
                .on("GET /v1/runs", Samples.page(Samples.RUN))
                .onEvents(Samples.message(2, "VmMoved", "VM web-2 moved to h3"));

        String out = shell.onTerminal()
                .with("NO_COLOR", "1")
                .run("rollout", "watch", "ro-abcd1234")
                .endsWith(ExitCode.OK)
                .out();

        assertThat(out)
                .contains("rollout ro-abcd1234  qemu-11.1  Rolling  0 of 2 hosts done, 1 running, 1m12s")
                .contains("h1    RUNNING  Draining  30s  1/2 moved  web-1 → h2 pass 2, 12 MiB left")
                .contains("\033[4A\r\033[J11:59:42  h1  VM web-2 moved to h3\n");
        assertThat(out).endsWith("rollout ro-abcd1234: DONE, 2 of 2 hosts done\n");
    }

    @Test
    void watchForProgramsIsOneEventOnEachLine() {
        server.on("GET /v1/rollouts/ro-abcd1234", Samples.ROLLOUT)
                .on("GET /v1/rollouts/ro-abcd1234", Samples.DONE_ROLLOUT)
                .onEvents(Samples.message(1, "RunStarted", "run started"), Samples.message(2, "VmMoved", "moved"));

        Shell.Result result =
                shell.run("rollout", "watch", "ro-abcd1234", "-o", "json").endsWith(ExitCode.OK);

        assertThat(result.out()
                        .lines()
                        .map(line -> JsonMapper.shared()
                                .readTree(line)
                                .path("sequence")
                                .asInt()))
                .containsExactly(1, 2);
    }

    @Test
    void waitingEndsWithTheTimeout() {
        server.on("GET /v1/rollouts/ro-abcd1234", Samples.ROLLOUT).onEvents();

        shell.withRealClock()
                .run("rollout", "watch", "ro-abcd1234", "--timeout", "0.05s")
                .endsWith(ExitCode.TIMED_OUT)
                .says("error: it has not ended within the --timeout; it goes on without this command");
    }

    @Test
    void statusIsOfTheNewestUnlessAnotherIsNamed() {
        server.on("GET /v1/rollouts", Samples.page(Samples.ROLLOUT)).on("GET /v1/runs", Samples.page(Samples.RUN));

        shell.run("rollout", "status")
                .endsWith(ExitCode.OK)
                .prints(
                        "rollout ro-abcd1234  qemu-11.1  Rolling  0 of 2 hosts done, 1 running, 1m12s",
                        "HOST  STATUS   STEP      FOR  VMS        NOW",
                        "h1    RUNNING  Draining  30s  1/2 moved  web-1 → h2 pass 2, 12 MiB left",
                        "h2    PENDING  -         -    -          -",
                        "reason           CVE-2026-0001");
    }

    @Test
    void statusWithoutAnyRolloutSaysSo() {
        server.on("GET /v1/rollouts", Samples.page());

        shell.run("rollout", "status").endsWith(ExitCode.NOT_FOUND).says("error: there is no rollout yet");
    }

    @Test
    void rolloutsAreListed() {
        server.on("GET /v1/rollouts", Samples.page(Samples.ROLLOUT));

        shell.run("rollout", "ls")
                .prints(
                        "ROLLOUT      UPDATE     STATE    HOSTS                         AGE    WHY",
                        "ro-abcd1234  qemu-11.1  Rolling  0 of 2 hosts done, 1 running  1m12s  -");
    }

    @Test
    void cancelTellsTheStateThatFollows() {
        server.on("GET /v1/rollouts/ro-abcd1234", Samples.ROLLOUT)
                .on("POST /v1/rollouts/ro-abcd1234/cancel", Samples.CANCELLING_ROLLOUT);

        shell.run("rollout", "cancel", "ro-abcd1234", "--reason", "wrong build")
                .endsWith(ExitCode.OK)
                .prints("rollout ro-abcd1234: Cancelling");
    }

    @Test
    void aRefusedOrderTellsWhy() {
        server.on("GET /v1/rollouts/ro-abcd1234", Samples.ROLLOUT)
                .on(
                        "POST /v1/rollouts/ro-abcd1234/pause",
                        409,
                        "{\"type\":\"/problems/conflict\",\"title\":\"No\",\"status\":409,"
                                + "\"detail\":\"the rollout has ended\",\"errors\":[]}");

        shell.run("rollout", "pause", "ro-abcd1234").endsWith(ExitCode.REFUSED).says("error: the rollout has ended");
    }
}
