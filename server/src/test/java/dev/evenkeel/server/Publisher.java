package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Drafts.Signers;
import dev.evenkeel.wire.tuf.Publication;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.SigningKey;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import dev.evenkeel.wire.tuf.VerifyingKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Publishers with keys of their own: two of three sign the root, both sign the updates. */
final class Publisher {
    private static final byte[] DEB = "not really a package".getBytes(StandardCharsets.UTF_8);

    final List<SigningKey> rootKeys =
            new ArrayList<>(List.of(SigningKey.generate(), SigningKey.generate(), SigningKey.generate()));
    final List<SigningKey> targetsKeys = new ArrayList<>(List.of(SigningKey.generate(), SigningKey.generate()));

    private final Api api;
    private final Map<String, String> manifests = new TreeMap<>();
    private long root;
    private long targets;

    Publisher(Api api) {
        this.api = api;
    }

    static Instant later() {
        return Instant.now().plus(Duration.ofDays(365));
    }

    /** Publishes the first root. */
    void init() throws Exception {
        ok(publish(root(rootKeys), null, List.of()));
        root++;
    }

    /** The next root, signed by these keys. */
    String root(List<SigningKey> by) throws Exception {
        JsonNode online = api.get("/v1/catalogue/keys").json();
        return signed(
                Drafts.root(
                        root + 1,
                        later(),
                        Map.of(
                                Role.ROOT,
                                new Signers(shown(rootKeys), 2),
                                Role.TARGETS,
                                new Signers(shown(targetsKeys), 2),
                                Role.SNAPSHOT,
                                online(online.path("snapshot")),
                                Role.TIMESTAMP,
                                online(online.path("timestamp")))),
                by);
    }

    private static Signers online(JsonNode key) {
        return new Signers(List.of(new VerifyingKey(key.path("hex").asString())), 1);
    }

    private static List<VerifyingKey> shown(List<SigningKey> keys) {
        return keys.stream().map(SigningKey::shown).toList();
    }

    static String signed(ObjectNode draft, List<SigningKey> by) {
        ObjectNode metadata = draft;
        for (SigningKey key : by) {
            metadata = key.sign(metadata);
        }
        return Json.mapper().writeValueAsString(metadata);
    }

    /** Adds an update that brings this version of QEMU to what is to be published, and stores its payload. */
    Publisher add(String id, String version) throws Exception {
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(DEB));
        assertThat(api.put("/v1/payloads/" + sha256, DEB).status()).isIn(200, 201);
        manifests.put(id, """
                {"id": "%s", "version": "%s", "component": "VMM", "severity": "LOW", "title": "QEMU",
                 "methods": {"MIGRATE": {"packages": [
                   {"file": "a.deb", "sha256": "%s", "size": %d, "name": "a", "version": "1"}]}},
                 "verify": {"qemu": "%s"}}
                """.formatted(id, version, sha256, DEB.length, version));
        return this;
    }

    void remove(String id) {
        manifests.remove(id);
    }

    String manifest(String id) {
        return manifests.getOrDefault(id, "");
    }

    /** The next targets metadata, signed by these keys. */
    String targets(List<SigningKey> by) {
        return targetsOfVersion(targets + 1, by);
    }

    String targetsOfVersion(long version, List<SigningKey> by) {
        List<Target> all = manifests.entrySet().stream()
                .map(m -> Target.of(Publication.target(m.getKey()), m.getValue().getBytes(StandardCharsets.UTF_8)))
                .toList();
        return signed(Drafts.targets(version, later(), all), by);
    }

    /** Publishes all that was added and not removed. */
    void publish() throws Exception {
        ok(publish(null, targets(targetsKeys), List.copyOf(manifests.values())));
        targets++;
    }

    Reply publish(@Nullable String root, @Nullable String targets, List<String> manifests) throws Exception {
        return api.post(
                "/v1/catalogue/publications",
                Json.mapper().writeValueAsString(new Publication(root, targets, manifests)));
    }

    private static void ok(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }
}
