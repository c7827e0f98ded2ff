package dev.evenkeel.wire.tuf;

import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** A publisher with its keys, whose metadata tests take or bend. */
final class Catalogue {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final Instant LATER = NOW.plus(Duration.ofDays(30));
    static final byte[] PATCH = "a patch".getBytes(StandardCharsets.UTF_8);

    private final Map<Role, List<SigningKey>> keys = new EnumMap<>(Role.class);

    Catalogue() {
        keys.put(Role.ROOT, List.of(SigningKey.generate(), SigningKey.generate(), SigningKey.generate()));
        keys.put(Role.TARGETS, List.of(SigningKey.generate(), SigningKey.generate()));
        keys.put(Role.SNAPSHOT, List.of(SigningKey.generate()));
        keys.put(Role.TIMESTAMP, List.of(SigningKey.generate()));
    }

    /** Of root two of three must sign, of targets both. */
    Map<Role, Drafts.Signers> roles() {
        Map<Role, Drafts.Signers> roles = new EnumMap<>(Role.class);
        keys.forEach((role, own) -> roles.put(
                role, new Drafts.Signers(own.stream().map(SigningKey::shown).toList(), own.size() > 1 ? 2 : 1)));
        return roles;
    }

    static byte[] signed(ObjectNode draft, List<SigningKey> by) {
        ObjectNode metadata = draft;
        for (SigningKey key : by) {
            metadata = key.sign(metadata);
        }
        return Json.mapper().writeValueAsBytes(metadata);
    }

    byte[] signed(Role role, ObjectNode draft) {
        return signed(draft, keys(role));
    }

    List<SigningKey> keys(Role role) {
        return keys.getOrDefault(role, List.of());
    }

    byte[] root(long version) {
        return signed(Role.ROOT, Drafts.root(version, LATER, roles()));
    }

    byte[] targets(long version) {
        return signed(Role.TARGETS, Drafts.targets(version, LATER, List.of(patch())));
    }

    static Target patch() {
        return new Target("patch.ko", PATCH.length, Metadata.sha256(PATCH));
    }

    byte[] snapshot(long version, byte[] targets) throws TufException {
        return signed(Role.SNAPSHOT, Drafts.snapshot(version, LATER, targets));
    }

    byte[] timestamp(long version, byte[] snapshot) throws TufException {
        return signed(Role.TIMESTAMP, Drafts.timestamp(version, LATER, snapshot));
    }

    /** All of one version, taken over in order. */
    void publish(TrustedMetadata client, long version) throws TufException {
        byte[] targets = targets(version);
        byte[] snapshot = snapshot(version, targets);
        client.timestamp(timestamp(version, snapshot), NOW);
        client.snapshot(snapshot, NOW);
        client.targets(targets, NOW);
    }
}
