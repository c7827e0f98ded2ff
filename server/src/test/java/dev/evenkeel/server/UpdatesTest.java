package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Payloads and manifests: kept under what they are, refused with every fault, never changed. */
class UpdatesTest {
    @TempDir
    static Path directory = Path.of("");

    private static TestServer server;
    private static Api api;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void payloadsAreStoredUnderTheirDigestAndNoOther() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new java.util.Random(1).nextBytes(bytes);
        String sha256 = sha256(bytes);
        String address = "/v1/payloads/" + sha256;
        assertThat(api.send("HEAD", address, "", Map.of()).status()).isEqualTo(404);
        bytes[7]++;
        assertThat(problem(api.put(address, bytes), 422, "invalid")
                        .path("detail")
                        .asString())
                .contains("another SHA-256");
        bytes[7]--;
        assertThat(api.send("HEAD", address, "", Map.of()).status()).isEqualTo(404);
        assertThat(api.put(address, bytes).status()).isEqualTo(201);
        assertThat(api.put(address, bytes).status()).isEqualTo(200);
        Reply head = api.send("HEAD", address, "", Map.of());
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers()).containsEntry("Content-Length", "3000000");
        problem(api.put("/v1/payloads/ABC", bytes), 422, "invalid");
        try (Stream<Path> left = Files.list(server.settings().directory().resolve("payloads"))) {
            assertThat(left.filter(file -> file.toString().endsWith(".partial")))
                    .isEmpty();
        }
    }

    @Test
    void anUpdateIsRefusedWithEveryFaultOfItsManifestAndEachMissingPayload() throws Exception {
        String manifest = """
                {"id": "u-1", "version": "", "component": "VMM", "severity": "LOW", "title": "t",
                 "methods": {"MIGRATE": {"packages": [
                   {"file": "a/b.deb", "sha256": "xyz", "size": 1, "name": "b", "version": "1"}]}},
                 "verify": {"qemu": "11.1"}}
                """;
        JsonNode faults = problem(api.post("/v1/updates", manifest), 422, "invalid");
        assertThat(faults.path("errors").valueStream().map(e -> e.path("field").asString()))
                .contains("version", "methods.MIGRATE.packages[0].sha256", "methods.MIGRATE.packages[0].file");
        String missing = manifest.replace("\"version\": \"\"", "\"version\": \"11.1\"")
                .replace("a/b.deb", "b.deb")
                .replace("xyz", "0".repeat(64));
        assertThat(problem(api.post("/v1/updates", missing), 422, "invalid")
                        .at("/errors/0/remedy")
                        .asString())
                .contains("PUT /v1/payloads/" + "0".repeat(64));
        problem(api.post("/v1/updates", "@nope", Map.of("Content-Type", "application/yaml")), 400, "bad-request");
    }

    @Test
    void aManifestNeverChangesOnceItIsPublished() throws Exception {
        byte[] deb = "deb".getBytes(StandardCharsets.UTF_8);
        String sha256 = sha256(deb);
        api.put("/v1/payloads/" + sha256, deb);
        String manifest = """
                {"id": "u-2", "version": "1", "component": "VMM", "severity": "LOW", "title": "t",
                 "methods": {"MIGRATE": {"packages": [
                   {"file": "b.deb", "sha256": "%s", "size": 3, "name": "b", "version": "1"}]}},
                 "verify": {"qemu": "11.1"}}
                """.formatted(sha256);
        assertThat(api.post("/v1/updates", manifest).status()).isEqualTo(201);
        assertThat(api.post("/v1/updates", manifest).status()).isEqualTo(200);
        problem(api.post("/v1/updates", manifest.replace("\"t\"", "\"other\"")), 409, "conflict");
        assertThat(api.get("/v1/updates/u-2").json().at("/manifest/title").asString())
                .isEqualTo("t");
        assertThat(api.get("/v1/updates")
                        .json()
                        .path("items")
                        .valueStream()
                        .map(u -> u.path("id").asString()))
                .contains("u-2");
    }
}
