package dev.evenkeel.agent.trust;

import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.Orders;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Drafts.Signers;
import dev.evenkeel.wire.tuf.Publication;
import dev.evenkeel.wire.tuf.Refresh;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.SigningKey;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import dev.evenkeel.wire.tuf.TufException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** A catalogue of one key for each role, and the server that offers it. */
final class Publisher implements Refresh.Source {
    static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(30));

    private final Map<Role, SigningKey> keys = new EnumMap<>(Role.class);
    private final Map<String, byte[]> files = new HashMap<>();
    private final List<Target> targets = new ArrayList<>();
    private long root;
    private long version;
    private boolean away;
    private int asked;

    Publisher() {
        for (Role role : Role.values()) {
            keys.put(role, SigningKey.generate());
        }
    }

    static Orders.Manifest manifest(String id) {
        return new Orders.Manifest(new UpdateId(id), """
                {"id": "%s", "version": "1", "component": "VMM", "severity": "LOW", "title": "t",
                 "methods": {}, "verify": {}}
                """.formatted(id));
    }

    /** The next root, with other keys for all roles but itself. */
    void root() {
        for (Role role : List.of(Role.TARGETS, Role.SNAPSHOT, Role.TIMESTAMP)) {
            keys.put(role, SigningKey.generate());
        }
        Map<Role, Signers> roles = new EnumMap<>(Role.class);
        keys.forEach((role, key) -> roles.put(role, new Signers(List.of(key.shown()), 1)));
        root++;
        byte[] bytes = signed(Role.ROOT, Drafts.root(root, LATER, roles));
        files.put(root + ".root.json", bytes);
        files.put("root.json", bytes);
    }

    void sign(Orders.Manifest manifest) throws TufException {
        targets.add(Target.of(
                Publication.target(manifest.id().value()), manifest.text().getBytes(StandardCharsets.UTF_8)));
        publish();
    }

    void revokeAll() throws TufException {
        targets.clear();
        publish();
    }

    void publish() throws TufException {
        version++;
        byte[] all = signed(Role.TARGETS, Drafts.targets(version, LATER, targets));
        byte[] snapshot = signed(Role.SNAPSHOT, Drafts.snapshot(version, LATER, all));
        files.put(version + ".targets.json", all);
        files.put(version + ".snapshot.json", snapshot);
        files.put("timestamp.json", signed(Role.TIMESTAMP, Drafts.timestamp(version, LATER, snapshot)));
    }

    private byte[] signed(Role role, ObjectNode draft) {
        SigningKey key = keys.getOrDefault(role, SigningKey.generate());
        return Json.mapper().writeValueAsBytes(key.sign(draft));
    }

    /** From now on nothing is offered any more. */
    void losesEverything() {
        files.clear();
    }

    void goesAway() {
        away = true;
    }

    /** How many files were asked for. */
    int asked() {
        return asked;
    }

    @Override
    public Optional<byte[]> file(String name, int most) throws IOException {
        asked++;
        if (away) {
            throw new IOException("connection refused");
        }
        return Optional.ofNullable(files.get(name));
    }
}
