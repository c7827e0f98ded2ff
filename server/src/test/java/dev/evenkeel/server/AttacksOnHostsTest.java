package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The attacks that TUF names (specification 1.0.33, 1.5.2), by somebody who has the server and its keys: real agents refuse the
 * update before anything of it is begun, and this is what the operator reads.
 */
class AttacksOnHostsTest {
    @TempDir
    static Path directory = Path.of("");

    private static TestServer server;
    private static Api api;
    private static Publisher publisher;
    private static final FakePlatform PLATFORM = new FakePlatform();
    private static final List<FakeHost> HOSTS = new ArrayList<>();
    private final Map<Path, byte[]> before = new TreeMap<>();

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
        publisher = new Publisher(api);
        publisher.init();
        publisher.add("good-1", FakePlatform.NEW).publish();
    }

    @AfterAll
    static void stop() throws Exception {
        for (FakeHost host : HOSTS) {
            host.close();
        }
        server.close();
    }

    @AfterEach
    void theServerIsHonestAgain() throws Exception {
        for (var file : before.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
    }

    private static Path catalogue() {
        return server.settings().directory().resolve("catalogue");
    }

    private void tamper(String file, byte[] with) throws IOException {
        Path path = catalogue().resolve(file);
        before.putIfAbsent(path, Files.readAllBytes(path));
        Files.write(path, with);
    }

    private static FakeHost host(InstantSource clock) throws Exception {
        HostId id = PLATFORM.addHost("h" + (HOSTS.size() + 1));
        FakeHost host = FakeHost.start(server, id, directory, PLATFORM, clock);
        HOSTS.add(host);
        Eventually.is(
                "the host is seen",
                () -> api.get("/v1/hosts/" + id).json().path("state").asString().equals("READY"));
        return host;
    }

    private static FakeHost host() throws Exception {
        return host(InstantSource.system());
    }

    /** How the host's run of the update ends, with the refusal if there is one. */
    private static JsonNode order(FakeHost host, String update) throws Exception {
        Api.Reply started =
                api.post("/v1/rollouts", "{\"update\": \"%s\", \"hosts\": [\"%s\"]}".formatted(update, host.id()));
        assertThat(started.status()).as(started.text()).isEqualTo(201);
        String path = "/v1/rollouts/" + started.json().path("id").asString();
        Eventually.is(
                "the rollout ends", () -> api.get(path).json().path("ended").asBoolean());
        return api.get(path).json().at("/hosts/0");
    }

    private static void isRefused(FakeHost host, String update, String code, String words) throws Exception {
        int begun = PLATFORM.performed();
        JsonNode end = order(host, update);
        assertThat(end.path("status").asString()).as(end.toString()).isEqualTo("SKIPPED");
        assertThat(end.at("/why/code").asString()).as(end.toString()).isEqualTo(code);
        assertThat(end.at("/why/why").asString())
                .startsWith("the update's signatures do not hold on this host: ")
                .contains(words);
        assertThat(PLATFORM.performed()).as("nothing was begun").isEqualTo(begun);
        assertThat(PLATFORM.qemu(host.id())).isNotEqualTo("99.0");
    }

    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(catalogue().resolve(name));
    }

    private static long version(String role) throws Exception {
        return api.get("/v1/catalogue")
                .json()
                .path("roles")
                .valueStream()
                .filter(r -> r.path("role").asString().equals(role))
                .findFirst()
                .orElseThrow()
                .path("version")
                .asLong();
    }

    private static SigningKey online(String role) throws Exception {
        return SigningKey.of(Files.readString(catalogue().resolve("keys/" + role + ".key")));
    }

    private static byte[] signed(ObjectNode draft, SigningKey key) {
        return Json.mapper().writeValueAsBytes(key.sign(draft));
    }

    @Test
    void whatIsSignedGoesIn() throws Exception {
        FakeHost host = host();
        assertThat(order(host, "good-1").path("status").asString()).isEqualTo("DONE");
        assertThat(PLATFORM.qemu(host.id())).isEqualTo(FakePlatform.NEW);
    }

    @Test
    void rollback() throws Exception {
        FakeHost host = host();
        byte[] older = file("timestamp.json");
        publisher.add("bad-rollback", "99.0").publish();
        order(host, "good-1");
        tamper("timestamp.json", older);
        isRefused(host, "bad-rollback", "TUF_ROLLBACK", "was trusted before; somebody offers what is outdated");
    }

    @Test
    void freeze() throws Exception {
        publisher.add("bad-freeze", "99.0").publish();
        FakeHost host = host(() -> Instant.now().plus(Duration.ofDays(3)));
        isRefused(
                host, "bad-freeze", "TUF_EXPIRED", "have them signed anew, and see that nobody keeps newer ones back");
    }

    @Test
    void mixAndMatch() throws Exception {
        publisher.add("bad-mix", "99.0").publish();
        long version = version("targets");
        tamper(version + ".targets.json", file(version - 1 + ".targets.json"));
        isRefused(host(), "bad-mix", "TUF_MIX_AND_MATCH", "they do not belong together");
    }

    @Test
    void arbitraryPayload() throws Exception {
        publisher.add("bad-payload", "99.0").publish();
        Path manifest;
        try (Stream<Path> files = Files.list(catalogue().resolve("updates"))) {
            manifest = files.filter(f -> f.toString().endsWith(".bad-payload.json"))
                    .findFirst()
                    .orElseThrow();
        }
        String other = Files.readString(manifest).replaceFirst("[0-9a-f]{64}", "0".repeat(64));
        tamper("updates/" + manifest.getFileName(), other.getBytes(StandardCharsets.UTF_8));
        isRefused(host(), "bad-payload", "TUF_TARGET", "updates/bad-payload.json is not the file that was signed for");
    }

    @Test
    void wrongKey() throws Exception {
        publisher.add("bad-key", "99.0").publish();
        ObjectNode draft = Drafts.timestamp(
                version("timestamp") + 1, Publisher.later(), file(version("snapshot") + ".snapshot.json"));
        tamper("timestamp.json", signed(draft, SigningKey.generate()));
        isRefused(host(), "bad-key", "TUF_THRESHOLD", "are signed by 0 of the role's keys, and must be by 1");
    }

    @Test
    void thresholdNotMet() throws Exception {
        publisher.add("bad-threshold", "99.0").publish();
        long targetsVersion = version("targets");
        byte[] targets = publisher
                .targetsOfVersion(targetsVersion, List.of(publisher.targetsKeys.getFirst()))
                .getBytes(StandardCharsets.UTF_8);
        long snapshotVersion = version("snapshot");
        byte[] snapshot = signed(Drafts.snapshot(snapshotVersion, Publisher.later(), targets), online("snapshot"));
        tamper(targetsVersion + ".targets.json", targets);
        tamper(snapshotVersion + ".snapshot.json", snapshot);
        tamper(
                "timestamp.json",
                signed(Drafts.timestamp(version("timestamp"), Publisher.later(), snapshot), online("timestamp")));
        isRefused(
                host(),
                "bad-threshold",
                "TUF_THRESHOLD",
                "targets metadata of version " + targetsVersion
                        + " are signed by 1 of the role's keys, and must be by 2");
    }

    @Test
    void endlessData() throws Exception {
        publisher.add("bad-endless", "99.0").publish();
        tamper("timestamp.json", new byte[4 << 20]);
        isRefused(host(), "bad-endless", "TUF_TOO_LONG", "timestamp metadata of more than 16384 bytes");
    }

    @Test
    void revokedWhileARolloutIsUnderWay() throws Exception {
        publisher.add("bad-revoked", "99.0").publish();
        FakeHost host = host();
        host();
        PLATFORM.addVm("vm-revoked", host.id(), "default", Intent.DEFAULT);
        Eventually.is(
                "the VM is seen", () -> !api.get("/v1/vms").json().path("items").isEmpty());
        PLATFORM.holdMoves();
        String rollout = api.post("/v1/rollouts", "{\"update\": \"bad-revoked\", \"hosts\": [\"" + host.id() + "\"]}")
                .json()
                .path("id")
                .asString();
        Eventually.is(
                "a move is under way",
                () -> api.get("/v1/runs?active=true")
                        .json()
                        .at("/items/0/effects")
                        .valueStream()
                        .anyMatch(e -> e.path("status").asString().equals("ACKNOWLEDGED")));
        publisher.remove("bad-revoked");
        publisher.publish();
        PLATFORM.letMovesGo();
        String path = "/v1/rollouts/" + rollout;
        Eventually.is(
                "the rollout ends", () -> api.get(path).json().path("ended").asBoolean());
        JsonNode why = api.get(path).json().at("/hosts/0/why");
        assertThat(why.path("code").asString()).isEqualTo("TUF_REVOKED");
        assertThat(why.path("why").asString()).contains("it was never signed, or it was revoked");
    }

    @Test
    void aHostThatJoinedBeforeThereWasARootPinsTheFirstItIsShown() throws Exception {
        FakeHost host = host();
        Path pinned = directory.resolve(host.id().value()).resolve("trust/root.json");
        assertThat(pinned).exists();
        host.stop();
        Files.delete(pinned);
        host.start();
        assertThat(order(host, "good-1").path("status").asString()).isEqualTo("DONE");
        assertThat(Files.readAllBytes(pinned)).isEqualTo(file("1.root.json"));
    }
}
