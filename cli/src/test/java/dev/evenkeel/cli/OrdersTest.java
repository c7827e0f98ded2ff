package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class OrdersTest extends ServerTest {
    @Test
    void cordonCarriesItsReason() {
        server.on("GET /v1/hosts/h1", Samples.HOST).on("POST /v1/hosts/h1/cordon", Samples.HOST);

        shell.run("host", "cordon", "h1", "--reason", "disk is loud")
                .endsWith(ExitCode.OK)
                .prints("host h1 cordoned");

        assertThat(server.request("POST /v1/hosts/h1/cordon")
                        .json()
                        .path("reason")
                        .asString())
                .isEqualTo("disk is loud");
    }

    @Test
    void eachOrderHasItsOwnIdempotencyKey() {
        server.on("GET /v1/hosts/h1", Samples.HOST).on("POST /v1/hosts/h1/uncordon", Samples.HOST);

        shell.run("host", "uncordon", "h1").endsWith(ExitCode.OK);
        shell.run("host", "uncordon", "h1").endsWith(ExitCode.OK);

        assertThat(server.requests("POST /v1/hosts/h1/uncordon"))
                .extracting(request -> request.header("Idempotency-Key"))
                .doesNotContain("")
                .doesNotHaveDuplicates()
                .hasSize(2);
    }

    @Test
    void evacuateNamesTheRunThatDoesIt() {
        server.on("GET /v1/hosts/h1", Samples.HOST).on("POST /v1/hosts/h1/evacuate", 202, Samples.RUN);

        shell.run("host", "evacuate", "h1")
                .endsWith(ExitCode.OK)
                .prints("run run-0001 started on host h1")
                .says("follow it with: evenkeel run show run-0001");
    }

    @Test
    void evacuateCanWaitForTheEnd() {
        server.on("GET /v1/hosts/h1", Samples.HOST)
                .on("POST /v1/hosts/h1/evacuate", 202, Samples.RUN)
                .on("GET /v1/runs/run-0001", Samples.RUN)
                .on("GET /v1/runs/run-0001", Samples.DONE_RUN)
                .onEvents(Samples.message(1, "VmMoved", "VM web-1 moved to h2"));

        shell.run("host", "evacuate", "h1", "--wait").endsWith(ExitCode.OK).prints("run run-0001 on host h1: DONE");
    }

    @Test
    void aRunThatNeedsAPersonIsNotWaitedFor() {
        server.on("GET /v1/hosts/h1", Samples.HOST)
                .on("POST /v1/hosts/h1/evacuate", 202, Samples.RUN)
                .on("GET /v1/runs/run-0001", Samples.STUCK_RUN)
                .onEvents();

        shell.run("host", "evacuate", "h1", "--wait")
                .endsWith(ExitCode.FAILED)
                .prints("run run-0001 on host h1: NeedsPerson: the agent cannot say");
    }

    @Test
    void aVmIsMigratedToTheNamedHost() {
        server.on("GET /v1/vms/web-1", Samples.VM)
                .on("GET /v1/hosts/h2", Samples.HOST.replace("\"h1\"", "\"h2\""))
                .on("POST /v1/vms/6f1c2b1e-0000-4000-8000-000000000001/migrate", 202, Samples.RUN);

        shell.run("vm", "migrate", "web-1", "--to", "h2", "-o", "json").endsWith(ExitCode.OK);

        JsonNode order = server.request("POST /v1/vms/6f1c2b1e-0000-4000-8000-000000000001/migrate")
                .json();
        assertThat(order.path("target").asString()).isEqualTo("h2");
    }

    @Test
    void aVmIsRedeployedAndItsOwnerIsToldWhereToLook() {
        server.on(
                "POST /v1/vms/web-1/maintenance/redeploy",
                202,
                "{\"vm\":\"6f1c\",\"name\":\"web-1\",\"run\":\"run-0001\"}");

        shell.run("vm", "maintenance", "redeploy", "web-1", "--reason", "now is good")
                .endsWith(ExitCode.OK)
                .prints("VM web-1 is shut down and started on another host by run-0001");

        JsonNode order =
                server.request("POST /v1/vms/web-1/maintenance/redeploy").json();
        assertThat(order.path("reason").asString()).isEqualTo("now is good");
    }

    @Test
    void aRunIsFoundByAPartOfItsId() {
        server.on("GET /v1/runs", Samples.page(Samples.RUN)).on("POST /v1/runs/run-0001/cancel", 202, Samples.DONE_RUN);

        shell.run("run", "cancel", "0001").endsWith(ExitCode.OK).prints("run run-0001: DONE");
    }

    @Test
    void anAmbiguousPartIsRefused() {
        server.on("GET /v1/runs", Samples.page(Samples.RUN, Samples.RUN.replace("run-0001", "run-0002")));

        shell.run("run", "cancel", "run-")
                .endsWith(ExitCode.USAGE)
                .says("error: \"run-\" is a part of several ids; give more of it", "  run-0001", "  run-0002");
    }

    @Test
    void aPersonsDecisionIsSent() {
        server.on("GET /v1/runs/run-0001", Samples.STUCK_RUN)
                .on("POST /v1/runs/run-0001/resolve", 202, Samples.DONE_RUN);

        shell.run("run", "resolve", "run-0001", "--as", "undone", "--reason", "I looked")
                .endsWith(ExitCode.OK)
                .prints("run run-0001: DONE");

        JsonNode order = server.request("POST /v1/runs/run-0001/resolve").json();
        assertThat(order.toString()).isEqualTo("{\"as\":\"UNDONE\",\"reason\":\"I looked\"}");
    }

    @Test
    void aPersonMustSayWhatWasSeen() {
        Shell.Result result =
                shell.run("run", "resolve", "run-0001", "--as", "done").endsWith(ExitCode.USAGE);

        assertThat(result.err()).contains("Missing required option: '--reason=TEXT'");
    }

    @Test
    void aJoinTokenStandsAloneOnStandardOutput() {
        server.on("POST /v1/join-tokens", 201, Samples.TOKEN);

        shell.run("join-token", "create", "--host", "h9", "--ttl", "1h30m")
                .endsWith(ExitCode.OK)
                .prints("secret.abcdef")
                .says(
                        "good once, until 2026-11-22T13:00:00Z; the host's agent is given --server https://10.77.0.1:8441");

        JsonNode order = server.request("POST /v1/join-tokens").json();
        assertThat(order.path("ttl").asString()).isEqualTo("PT1H30M");
        assertThat(order.path("host").asString()).isEqualTo("h9");
    }

    @Test
    void whatIsSaidOfAVmIsSentInTheWordsOfTheApi() {
        server.on("GET /v1/vms/web-1", Samples.VM).on("PATCH /v1/vms/6f1c2b1e-0000-4000-8000-000000000001", Samples.VM);

        assertThat(shell.run("vm", "set", "web-1", "--max-pause", "2s", "--notice", "0s", "--reset", "post-copy")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("maxPause PT2S by the API; the metadata says PT5S");

        JsonNode sent = server.request("PATCH /v1/vms/6f1c2b1e-0000-4000-8000-000000000001")
                .json();
        assertThat(sent.path("maxPause").asString()).isEqualTo("PT2S");
        assertThat(sent.path("notice").asString()).isEqualTo("PT0S");
        assertThat(sent.at("/reset/0").asString()).isEqualTo("postCopy");
    }

    @Test
    void aHostIsDedicatedToATenantAndMadeEverybodysAgain() {
        server.on("GET /v1/hosts/h1", Samples.HOST).on("PATCH /v1/hosts/h1", Samples.HOST);

        assertThat(shell.run("host", "set", "h1", "--dedicated-to", "acme")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("host h1 is dedicated to tenant acme");
        assertThat(server.request("PATCH /v1/hosts/h1")
                        .json()
                        .path("dedicatedTo")
                        .asString())
                .isEqualTo("acme");
        assertThat(shell.run("host", "set", "h1", "--dedicated-to", "")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("host h1 is everybody's");
        shell.run("host", "set", "h1").endsWith(ExitCode.USAGE);
    }

    @Test
    void tagsAreTakenAwayByTheirOwnWordAndNotBesideNewOnes() {
        server.on("GET /v1/vms/web-1", Samples.VM).on("PATCH /v1/vms/6f1c2b1e-0000-4000-8000-000000000001", Samples.VM);

        shell.run("vm", "set", "web-1", "--no-tags", "--tag", "env=prod").endsWith(ExitCode.USAGE);
        shell.run("vm", "set", "web-1", "--no-tags").endsWith(ExitCode.OK);

        JsonNode sent = server.request("PATCH /v1/vms/6f1c2b1e-0000-4000-8000-000000000001")
                .json();
        assertThat(sent.path("tags").isObject()).isTrue();
        assertThat(sent.path("tags").isEmpty()).isTrue();
    }

    @Test
    void aVmOfWhichNothingIsSaidIsLeftAlone() {
        shell.run("vm", "set", "web-1").endsWith(ExitCode.USAGE);
    }
}
