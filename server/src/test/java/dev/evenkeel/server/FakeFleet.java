package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.server.Api.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Hosts and VMs of a {@link FakePlatform} with real agents: a test describes them, lets them join its server, and then
 * orders work and waits for it.
 */
final class FakeFleet implements AutoCloseable {
    private final FakePlatform platform = new FakePlatform();
    private final List<HostId> ids = new ArrayList<>();
    private final List<VmId> vms = new ArrayList<>();
    private final List<FakeHost> hosts = new ArrayList<>();
    private @Nullable Api api;

    /** A host hN with a VM of each of these tenants: vm-N0, vm-N1 and so on. */
    FakeFleet host(String name, String... tenants) {
        return host(name, Intent.DEFAULT, tenants);
    }

    /** The same, with VMs whose owners let them stand still for a minute. */
    FakeFleet patientHost(String name, String... tenants) {
        Intent patient = new Intent(
                Duration.ofMinutes(1),
                Intent.Migration.ALLOWED,
                false,
                Intent.Restart.NEVER,
                Intent.OnHostFailure.LEAVE);
        return host(name, patient, tenants);
    }

    /** The same, with VMs whose owners forbid moves and have agreed to no restart. */
    FakeFleet stubbornHost(String name, String... tenants) {
        Intent stubborn = new Intent(
                Duration.ofSeconds(5), Intent.Migration.NEVER, false, Intent.Restart.NEVER, Intent.OnHostFailure.LEAVE);
        return host(name, stubborn, tenants);
    }

    /** The same, with VMs whose owners want an hour's notice. */
    FakeFleet hostThatTells(String name, String... tenants) {
        return host(name, Intent.DEFAULT.withNotice(Duration.ofHours(1)), tenants);
    }

    private FakeFleet host(String name, Intent intent, String... tenants) {
        HostId host = platform.addHost(name);
        for (int v = 0; v < tenants.length; v++) {
            vms.add(platform.addVm("vm-" + name.substring(1) + v, host, tenants[v], intent));
        }
        ids.add(host);
        return this;
    }

    /** One more VM on each host so far, all of the same name. */
    FakeFleet namesakes(String name) {
        for (HostId host : ids) {
            vms.add(platform.addVm(name, name + "-" + host, host));
        }
        return this;
    }

    /** Each host joins the server, and every VM is seen. */
    void joins(TestServer server, Path directory) throws Exception {
        joins(server.api(), server.gatewayUrl(), directory);
    }

    /** Each host joins the server, and every VM is seen. */
    void joins(Api server, String gatewayUrl, Path directory) throws Exception {
        api = server;
        for (HostId host : ids) {
            hosts.add(FakeHost.start(server, gatewayUrl, host, directory, platform));
        }
        Eventually.is(
                "all VMs are seen",
                () -> server.get("/v1/vms").json().path("items").size() == vms.size());
    }

    FakePlatform platform() {
        return platform;
    }

    /** In the order of their description. */
    List<FakeHost> hosts() {
        return hosts;
    }

    /** In the order of their description. */
    List<VmId> vms() {
        return vms;
    }

    private Api api() {
        if (api == null) {
            throw new IllegalStateException("the fleet has not joined a server");
        }
        return api;
    }

    /** Orders the published update for every host; the id of the rollout. */
    String startRollout() throws Exception {
        return startRollout("{\"update\": \"" + FakeUpdate.ID + "\", \"reason\": \"a test\"}");
    }

    /** Gives this order for a rollout; its id. */
    String startRollout(String order) throws Exception {
        Reply started = api().post("/v1/rollouts", order);
        assertThat(started.status()).as(started.text()).isEqualTo(201);
        return started.json().path("id").asString();
    }

    /** An agent has taken a move of the first active run, and has not told its end. */
    void awaitMoveUnderWay() throws Exception {
        Eventually.is(
                "a move is under way",
                () -> api().get("/v1/runs?active=true")
                        .json()
                        .at("/items/0/effects")
                        .valueStream()
                        .anyMatch(e -> e.path("status").asString().equals("ACKNOWLEDGED")));
    }

    /** The run as it stands when it has ended. */
    JsonNode awaitRunEnd(String run) throws Exception {
        return awaitEnd("the run ends", "/v1/runs/" + run);
    }

    /** The rollout as it stands when it has ended. */
    JsonNode awaitEnd(String rollout) throws Exception {
        return awaitEnd("the rollout ends", "/v1/rollouts/" + rollout);
    }

    private JsonNode awaitEnd(String what, String path) throws Exception {
        Eventually.is(what, () -> api().get(path).json().path("ended").asBoolean());
        return api().get(path).json();
    }

    /** The rollout ends well, and no effect was carried out a second time. */
    void rolloutIsDoneAndNothingHappenedTwice(String rollout) throws Exception {
        JsonNode ended = awaitEnd(rollout);
        assertThat(ended.path("outcome").asString()).as(ended.toString()).isEqualTo("DONE");
        assertThat(platform.nothingPerformedTwice()).isTrue();
    }

    /** Every host has the new VMM installed. */
    void everyHostIsUpdated() {
        assertThat(ids)
                .isNotEmpty()
                .allSatisfy(host -> assertThat(platform.qemu(host)).isEqualTo(FakePlatform.NEW));
    }

    /** Lets held moves go and stops the agents. */
    @Override
    public void close() throws IOException {
        platform.letMovesGo();
        for (FakeHost host : hosts) {
            host.close();
        }
    }
}
