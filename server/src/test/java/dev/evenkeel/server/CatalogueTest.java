package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.SigningKey;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What publishers send is checked as agents will check it, and what is refused leaves no trace. */
class CatalogueTest {
    @TempDir
    Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private TestServer server;

    @SuppressWarnings("NullAway.Init")
    private Api api;

    @SuppressWarnings("NullAway.Init")
    private Publisher publisher;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
        publisher = new Publisher(api);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String signature(String update) throws Exception {
        return api.get("/v1/updates/" + update).json().path("signature").asString();
    }

    @Test
    void aSignedUpdateIsPublishedAndRevoked() throws Exception {
        publisher.init();
        publisher.add("u-1", "11.1").add("u-2", "11.2").publish();
        assertThat(signature("u-1")).isEqualTo("SIGNED");
        assertThat(api.get("/v1/updates/u-1/manifest").text()).isEqualTo(publisher.manifest("u-1"));
        JsonNode catalogue = api.get("/v1/catalogue").json();
        assertThat(catalogue.path("updates").asInt()).isEqualTo(2);
        assertThat(catalogue
                        .path("roles")
                        .valueStream()
                        .map(r -> r.path("role").asString() + " "
                                + r.path("version").asInt() + " of "
                                + r.path("threshold").asInt()))
                .containsExactly("root 1 of 2", "targets 1 of 2", "snapshot 1 of 1", "timestamp 1 of 1");

        publisher.remove("u-1");
        publisher.publish();
        assertThat(signature("u-1")).isEqualTo("REVOKED");
        assertThat(signature("u-2")).isEqualTo("SIGNED");
        assertThat(api.get("/v1/updates/u-1/manifest").status()).isEqualTo(404);
        assertThat(problem(api.post("/v1/rollouts", "{\"update\": \"u-1\"}"), 409, "conflict")
                        .path("detail")
                        .asString())
                .contains("u-1 was revoked by its publishers");
    }

    @Test
    void withoutARootUnsignedUpdatesAreTakenAndWithOneNot() throws Exception {
        assertThat(api.get("/v1/catalogue").json().path("roles")).isEmpty();
        FakeUpdate.publish(api);
        assertThat(signature(FakeUpdate.ID)).isEqualTo("UNSIGNED");
        publisher.init();
        publisher.add("u-1", "11.1");
        assertThat(problem(api.post("/v1/updates", publisher.manifest("u-1"), Map.of()), 409, "conflict")
                        .path("detail")
                        .asString())
                .contains("evenkeel update sign");
        assertThat(problem(api.post("/v1/rollouts", "{\"update\": \"" + FakeUpdate.ID + "\"}"), 409, "conflict")
                        .path("detail")
                        .asString())
                .contains("is not signed");
    }

    @Test
    void whatAgentsWouldRefuseIsNotTaken() throws Exception {
        publisher.init();
        publisher.add("u-1", "11.1");
        List<String> manifests = List.of(publisher.manifest("u-1"));
        List<SigningKey> one = List.of(publisher.targetsKeys.getFirst());
        assertThat(problem(publisher.publish(null, publisher.targets(one), manifests), 422, "invalid")
                        .at("/errors/0/remedy")
                        .asString())
                .isEqualTo(
                        "TUF_THRESHOLD: targets metadata of version 1 are signed by 1 of the role's keys, and must be by 2");
        assertThat(problem(publisher.publish(null, publisher.targets(publisher.targetsKeys), List.of()), 422, "invalid")
                        .at("/errors/0/field")
                        .asString())
                .isEqualTo("manifests");
        assertThat(api.get("/v1/catalogue").json().path("updates").asInt()).isZero();
        assertThat(api.get("/v1/updates").json().path("items")).isEmpty();
        publisher.publish();
        String outdated = new Publisher(api).targets(publisher.targetsKeys);
        assertThat(problem(publisher.publish(null, outdated, List.of()), 409, "conflict")
                        .path("detail")
                        .asString())
                .contains("version 1 where version 2 comes next; somebody published meanwhile, so sign anew");
    }

    @Test
    void aPayloadThatIsNotThereIsNamed() throws Exception {
        publisher.init();
        String manifest = publisher
                .add("u-1", "11.1")
                .manifest("u-1")
                .replaceFirst("\"[0-9a-f]{64}\"", "\"" + "0".repeat(64) + "\"");
        String targets = Publisher.signed(
                Drafts.targets(
                        1,
                        Publisher.later(),
                        List.of(Target.of("updates/u-1.json", manifest.getBytes(StandardCharsets.UTF_8)))),
                publisher.targetsKeys);
        assertThat(problem(publisher.publish(null, targets, List.of(manifest)), 422, "invalid")
                        .at("/errors/0/remedy")
                        .asString())
                .contains("PUT /v1/payloads/000");
        assertThat(api.get("/v1/catalogue/metadata/timestamp.json").status()).isEqualTo(404);
    }

    @Test
    void theRootNamesTheServersKeysWhichLieInFilesOfItsOwn() throws Exception {
        Path keys = server.settings().directory().resolve("catalogue/keys");
        for (String key : List.of("snapshot.key", "timestamp.key")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.resolve(key))))
                    .isEqualTo("rw-------");
        }
        Path elsewhere = directory.resolve("elsewhere");
        String foreign;
        try (TestServer other = TestServer.start(elsewhere)) {
            Publisher there = new Publisher(other.api());
            foreign = there.root(there.rootKeys);
        }
        assertThat(problem(publisher.publish(foreign, null, List.of()), 422, "invalid")
                        .at("/errors/0/remedy")
                        .asString())
                .contains("the role snapshot must have the threshold 1 and this server's key");
    }

    @Test
    void rootKeysAreReplacedByTheOldAndTheNewTogether() throws Exception {
        publisher.init();
        publisher.add("u-1", "11.1").publish();
        List<SigningKey> old = List.copyOf(publisher.rootKeys);
        publisher.rootKeys.set(0, SigningKey.generate());
        publisher.rootKeys.set(1, SigningKey.generate());
        problem(publisher.publish(publisher.root(publisher.rootKeys), null, List.of()), 422, "invalid");
        problem(publisher.publish(publisher.root(old), null, List.of()), 422, "invalid");
        List<SigningKey> both = new ArrayList<>(old);
        both.addAll(publisher.rootKeys);
        String next = publisher.root(both);
        assertThat(publisher.publish(next, null, List.of()).status()).isEqualTo(201);
        assertThat(publisher.publish(next, null, List.of()).status())
                .as("twice is fine")
                .isEqualTo(201);
        assertThat(api.get("/v1/catalogue").json().at("/roles/0/version").asInt())
                .isEqualTo(2);
    }

    @Test
    void newTargetsKeysSignWhatIsPublishedInTheSameStep() throws Exception {
        publisher.init();
        publisher.add("u-1", "11.1").publish();
        publisher.targetsKeys.set(0, SigningKey.generate());
        String root = publisher.root(publisher.rootKeys);
        assertThat(problem(publisher.publish(root, null, List.of()), 422, "invalid")
                        .at("/errors/0/remedy")
                        .asString())
                .contains("sign them anew in the same publication");
        assertThat(publisher
                        .publish(root, publisher.targets(publisher.targetsKeys), List.of())
                        .status())
                .isEqualTo(201);
        assertThat(signature("u-1")).isEqualTo("SIGNED");
    }

    @Test
    void whatIsPublishedIsThereAfterARestart() throws Exception {
        publisher.init();
        publisher.add("u-1", "11.1").publish();
        String timestamp = api.get("/v1/catalogue/metadata/timestamp.json").text();
        server.stop();
        server.start();
        assertThat(signature("u-1")).isEqualTo("SIGNED");
        assertThat(api.get("/v1/catalogue/metadata/timestamp.json").text()).isEqualTo(timestamp);
        publisher.add("u-2", "11.2").publish();
        assertThat(signature("u-2")).isEqualTo("SIGNED");
        problem(api.get("/v1/catalogue/metadata/..%2fadmin-token"), 404, "not-found");
    }
}
