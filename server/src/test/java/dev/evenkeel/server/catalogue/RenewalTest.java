package dev.evenkeel.server.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Drafts.Signers;
import dev.evenkeel.wire.tuf.Publication;
import dev.evenkeel.wire.tuf.Refresh;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.SigningKey;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** What the server signs itself never runs out while it lives, and what publishers signed is theirs to renew. */
class RenewalTest {
    @TempDir
    Path directory = Path.of("");

    private final SigningKey root = SigningKey.generate();
    private final SigningKey targets = SigningKey.generate();
    private Instant now = Instant.parse("2026-11-23T00:00:00Z");

    @SuppressWarnings("NullAway.Init")
    private SignedCatalogue catalogue;

    @BeforeEach
    void publish() throws Exception {
        catalogue = SignedCatalogue.open(directory, () -> now);
        catalogue.publish(
                new Publication(
                        text(root.sign(root(1))),
                        text(targets.sign(Drafts.targets(1, now.plus(Duration.ofDays(100)), List.of()))),
                        List.of()),
                (update, manifest) -> {});
    }

    private ObjectNode root(long version) {
        return Drafts.root(
                version,
                now.plus(Duration.ofDays(400)),
                Map.of(
                        Role.ROOT, new Signers(List.of(root.shown()), 1),
                        Role.TARGETS, new Signers(List.of(targets.shown()), 1),
                        Role.SNAPSHOT, new Signers(List.of(catalogue.snapshotKey()), 1),
                        Role.TIMESTAMP, new Signers(List.of(catalogue.timestampKey()), 1)));
    }

    private static String text(ObjectNode metadata) {
        return Json.mapper().writeValueAsString(metadata);
    }

    private void aClientTrustsIt() throws Exception {
        TrustedMetadata client =
                TrustedMetadata.of(catalogue.file("1.root.json").orElseThrow());
        Refresh.run(client, (name, most) -> catalogue.file(name), now);
    }

    @Test
    void timestampAndSnapshotAreRenewedLongBeforeTheyExpire() throws Exception {
        for (int hour = 0; hour < 24 * 60; hour++) {
            now = now.plus(Duration.ofHours(1));
            catalogue.renew();
            Instant expires =
                    catalogue.published().orElseThrow().expires(Role.TIMESTAMP).orElseThrow();
            assertThat(Duration.between(now, expires)).isGreaterThanOrEqualTo(Duration.ofHours(23));
        }
        aClientTrustsIt();
        assertThat(catalogue.published().orElseThrow().version(Role.TARGETS)).isEqualTo(1);
    }

    @Test
    void aServerThatWasDownForLongRenewsThemWhenItStarts() throws Exception {
        now = now.plus(Duration.ofDays(40));
        catalogue = SignedCatalogue.open(directory, () -> now);
        aClientTrustsIt();
    }

    @Test
    void aServerWithNewKeysGoesOnWhenTheRootNamesThem() throws Exception {
        Files.delete(directory.resolve("keys/timestamp.key"));
        catalogue = SignedCatalogue.open(directory, () -> now);
        catalogue.publish(new Publication(text(root.sign(root(2))), null, List.of()), (update, manifest) -> {});
        aClientTrustsIt();
    }

    @Test
    void aStopBetweenANewRootAndItsTimestampIsMadeGood() throws Exception {
        Files.delete(directory.resolve("keys/timestamp.key"));
        catalogue = SignedCatalogue.open(directory, () -> now);
        Files.writeString(directory.resolve("2.root.json"), text(root.sign(root(2))));
        catalogue = SignedCatalogue.open(directory, () -> now);
        aClientTrustsIt();
    }
}
