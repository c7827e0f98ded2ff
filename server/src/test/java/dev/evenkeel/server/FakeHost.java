package dev.evenkeel.server;

import dev.evenkeel.agent.Agent;
import dev.evenkeel.agent.join.Identity;
import dev.evenkeel.agent.join.IdentityFiles;
import dev.evenkeel.agent.join.JoinToken;
import dev.evenkeel.agent.join.Joiner;
import dev.evenkeel.agent.link.GatewayClients;
import dev.evenkeel.agent.link.LinkTimes;
import dev.evenkeel.agent.metadata.GuestDocuments;
import dev.evenkeel.agent.trust.Manifests;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Topology;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A real agent, with a real certificate and journal, on a made-up host. */
final class FakeHost implements AutoCloseable {
    private static final LinkTimes TIMES = new LinkTimes(
            Duration.ofMillis(300), Duration.ofMillis(500), Duration.ofMillis(20), Duration.ofMillis(300));

    private final HostId id;
    private final Path state;
    private final FakePlatform platform;
    private final InstantSource clock;
    private @Nullable Agent agent;
    private @Nullable GatewayClients clients;
    private @Nullable GuestDocuments documents;

    private FakeHost(HostId id, Path state, FakePlatform platform, InstantSource clock) {
        this.clock = clock;
        this.id = id;
        this.state = state;
        this.platform = platform;
    }

    static Topology topology() {
        return new Topology("eu", "eu-1", "r1", new MigrationDomainId("default"));
    }

    static Identity join(String gatewayUrl, HostId id, Path state, String token)
            throws IOException, GeneralSecurityException, InterruptedException {
        return new Joiner(new IdentityFiles(state))
                .join(new Joiner.Wish(
                        URI.create(gatewayUrl),
                        JoinToken.parse(token),
                        id,
                        topology(),
                        List.of(id.value()),
                        List.of("10.0.0." + id.value().substring(1))));
    }

    /** Joins and starts. */
    static FakeHost start(TestServer server, HostId id, Path directory, FakePlatform platform) throws Exception {
        return start(server, id, directory, platform, InstantSource.system());
    }

    /** Joins and starts, with a clock that may be wrong. */
    static FakeHost start(TestServer server, HostId id, Path directory, FakePlatform platform, InstantSource clock)
            throws Exception {
        return start(server.api(), server.gatewayUrl(), id, directory, platform, clock);
    }

    /** Joins and starts. */
    static FakeHost start(Api api, String gatewayUrl, HostId id, Path directory, FakePlatform platform)
            throws Exception {
        return start(api, gatewayUrl, id, directory, platform, InstantSource.system());
    }

    private static FakeHost start(
            Api api, String gatewayUrl, HostId id, Path directory, FakePlatform platform, InstantSource clock)
            throws Exception {
        FakeHost host = new FakeHost(id, directory.resolve(id.value()), platform, clock);
        String token = api.post("/v1/join-tokens", "{\"host\": \"" + id + "\"}")
                .json()
                .path("token")
                .asString();
        join(gatewayUrl, id, host.state, token);
        host.start();
        return host;
    }

    HostId id() {
        return id;
    }

    void start() throws IOException, GeneralSecurityException {
        Identity identity = new IdentityFiles(state).load().orElseThrow();
        clients = new GatewayClients(identity);
        GuestDocuments notices = new GuestDocuments(state.resolve("metadata"), clock);
        documents = notices;
        agent = Agent.start(
                state,
                clients,
                platform.driver(id),
                () -> platform.look(id),
                new Manifests(state),
                notices,
                TIMES,
                clock,
                new Random());
    }

    /** What its agent tells its VMs. */
    GuestDocuments documents() {
        if (documents == null) {
            throw new IllegalStateException(id + " was not started");
        }
        return documents;
    }

    void stop() throws IOException {
        if (agent != null && clients != null) {
            agent.close();
            clients.close();
            agent = null;
        }
    }

    @Override
    public void close() throws IOException {
        stop();
    }
}
