package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class StoryTest extends ServerTest {
    @Test
    void aRunIsToldWithItsTimes() {
        server.on("GET /v1/runs/run-0001", Samples.DONE_RUN)
                .on(
                        "GET /v1/runs/run-0001/events",
                        Samples.page(
                                Samples.story(1, "RunOrdered", "Reserving", "host h1 reserved"),
                                Samples.story(2, "TimerFired", "Reserving", "it looked again"),
                                Samples.story(3, "EffectEnded", "Draining", "e0 ended: moved to h3")));

        shell.run("run", "show", "run-0001")
                .endsWith(ExitCode.OK)
                .prints(
                        "run              run-0001",
                        "host             h1",
                        "purpose          UPDATE",
                        "rollout          ro-abcd1234",
                        "update           qemu-11.1",
                        "method           MIGRATE",
                        "state            DONE for 30s",
                        "deadline         2026-11-22 12:30:00",
                        "ordered          2026-11-22 11:59:00 by admin",
                        "ended            2026-11-22 12:00:12, after 72 s",
                        "vms              1 moved, 0 lost",
                        "",
                        "VM     TENANT  TO  STATUS  TRIES  STOP           TOTAL          NOW",
                        "web-1  acme    h2  MOVING      1  20 ms          1.5 s          pass 2, 12 MiB left",
                        "web-2  acme    h3  MOVED       1  20 ms → 24 ms  1.5 s → 1.9 s  -",
                        "",
                        "ORDER   AGENT  VM    STATUS        AGE  OUTCOME  NOW",
                        "MoveVm  h1     6f1c  ACKNOWLEDGED  20s  -        pass 2",
                        "",
                        "TIME      AFTER  STATE      WHAT",
                        "11:59:41   41 s  Reserving  host h1 reserved",
                        "11:59:43   43 s  Draining   MoveVm web-2 ended: moved to h3");
    }

    @Test
    void runsAreListedByWhatIsAsked() {
        server.on("GET /v1/runs", Samples.page(Samples.RUN));

        shell.run("run", "ls", "--active", "--host", "h1")
                .prints(
                        "RUN       HOST  PURPOSE  STATE     MOVED  SINCE  AGE  WHY",
                        "run-0001  h1    UPDATE   Draining      1  30s    1m   -");
        assertThat(server.request("GET /v1/runs").path())
                .contains("active=true")
                .contains("host=h1");
    }

    @Test
    void eventsBeginAtTheBeginningAndEndWhenNothingMoreIsThere() {
        server.onEvents(Samples.message(1, "RunStarted", "run started"), Samples.message(2, "VmMoved", "moved"));

        shell.run("events", "--run", "run-0001")
                .endsWith(ExitCode.OK)
                .prints("11:59:41  h1  run started", "11:59:42  h1  moved");
        assertThat(server.request("GET /v1/events").header("Last-Event-ID")).isEqualTo("0");
    }

    @Test
    void eventsForProgramsAreOneOnEachLine() {
        server.onEvents(Samples.message(1, "RunStarted", "run started"));

        Shell.Result result = shell.run("events", "-o", "json").endsWith(ExitCode.OK);

        assertThat(JsonMapper.shared().readTree(result.out()).path("type").asString())
                .isEqualTo("RunStarted");
        assertThat(result.out().lines()).hasSize(1);
    }

    @Test
    void noEventsAreARemark() {
        server.onEvents();

        shell.run("events").endsWith(ExitCode.OK).prints().says("no events");
    }
}
