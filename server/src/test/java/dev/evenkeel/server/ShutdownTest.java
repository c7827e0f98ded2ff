package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** How a server stops, and what it refuses at the start. */
@Timeout(120)
class ShutdownTest {
    @TempDir
    Path directory = Path.of("");

    @Test
    void aStopSendsListenersHomeGivesLeasesBackAndTheNextStartIsReadyAtOnce() throws Exception {
        FakePlatform platform = new FakePlatform();
        HostId host = platform.addHost("h1");
        platform.addVm("vm", host, "acme", Intent.DEFAULT);
        try (TestServer server = TestServer.start(directory.resolve("state"));
                FakeHost agent = FakeHost.start(server, host, directory, platform)) {
            Api api = server.api();
            Eventually.is(
                    "the VM is seen",
                    () -> api.get("/v1/vms").json().path("items").size() == 1);
            api.post("/v1/hosts/h1/cordon", "{\"reason\": \"before the stop\"}");
            try (BufferedReader stream = new BufferedReader(
                    new InputStreamReader(api.stream("/v1/events", Map.of()), StandardCharsets.UTF_8))) {
                assertThat(stream.readLine()).startsWith(":");
                server.stop();
                assertThat(stream.lines().toList())
                        .as("the stream ends by itself")
                        .isNotNull();
            }
            assertThatThrownBy(() -> api.get("/readyz")).isInstanceOf(IOException.class);

            server.start();
            Eventually.is("it is ready", () -> api.get("/readyz").status() == 200);
            JsonNode known = api.get("/v1/hosts/h1").json();
            assertThat(known.path("cordonReason").asString()).isEqualTo("before the stop");
            assertThat(known.path("vms").asInt())
                    .as("known before the agent calls")
                    .isEqualTo(1);
            Eventually.is(
                    "the agent is back",
                    () -> api.get("/v1/hosts/h1")
                            .json()
                            .path("state")
                            .asString()
                            .equals("CORDONED"));
            assertThat(agent.id()).isEqualTo(host);
        }
    }

    @Test
    void twoServersCannotUseOneStateDirectory() throws Exception {
        try (TestServer server = TestServer.start(directory.resolve("state"))) {
            assertThatThrownBy(() -> Server.start(server.settings(), Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another server uses");
        }
    }

    @Test
    void aPortThatIsTakenIsNamedWithTheRemedy() throws Exception {
        try (TestServer server = TestServer.start(directory.resolve("one"))) {
            ServerSettings other = server.settings();
            assertThatThrownBy(() -> Server.start(
                            new ServerSettings(
                                    directory.resolve("two"),
                                    other.host(),
                                    other.port(),
                                    other.gatewayHost(),
                                    other.gatewayPort(),
                                    other.gatewayNames(),
                                    other.databaseUrl(),
                                    other.silence(),
                                    other.heartbeat(),
                                    other.streamHeartbeat(),
                                    other.loops(),
                                    other.webhooks(),
                                    null),
                            Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen")
                    .hasMessageContaining("--port");
        }
    }
}
