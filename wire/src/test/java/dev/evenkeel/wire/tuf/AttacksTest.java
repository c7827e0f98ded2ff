package dev.evenkeel.wire.tuf;

import static dev.evenkeel.wire.tuf.Catalogue.LATER;
import static dev.evenkeel.wire.tuf.Catalogue.NOW;
import static dev.evenkeel.wire.tuf.Catalogue.PATCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.evenkeel.wire.tuf.TufException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The attacks that TUF names (specification 1.0.33, 1.5.2), and what the operator is told of each. */
class AttacksTest {
    private final Catalogue publisher = new Catalogue();
    private TrustedMetadata client;

    @BeforeEach
    void trustsWhatIsPublished() throws TufException {
        client = TrustedMetadata.of(publisher.root(1));
        publisher.publish(client, 2);
    }

    @Test
    void whatIsSignedAsItShouldBeIsTrusted() throws TufException {
        publisher.publish(client, 3);
        assertThat(client.target("patch.ko")).hasValueSatisfying(patch -> {
            assertThat(patch.length()).isEqualTo(PATCH.length);
            assertThat(patch.sha256()).isEqualTo(Metadata.sha256(PATCH));
        });
        assertThat(client.target("other.ko")).isEmpty();
        client.target("patch.ko").orElseThrow().require(PATCH);
    }

    @Test
    void arbitrarySoftwareIsRefused() {
        byte[] other = "b patch".getBytes(StandardCharsets.UTF_8);
        refused(
                Kind.TARGET,
                "patch.ko is not the file",
                () -> client.target("patch.ko").orElseThrow().require(other));
        refused(
                Kind.TARGET,
                "7 bytes",
                () -> client.target("patch.ko").orElseThrow().require(new byte[8]));
    }

    @Test
    void anOlderTimestampIsRefused() throws TufException {
        byte[] older = publisher.timestamp(1, publisher.snapshot(2, publisher.targets(2)));
        refused(Kind.ROLLBACK, "version 1, and version 2", () -> client.timestamp(older, NOW));
    }

    @Test
    void aNewerTimestampOfAnOlderSnapshotIsRefused() throws TufException {
        byte[] older = publisher.timestamp(3, publisher.snapshot(1, publisher.targets(2)));
        refused(Kind.ROLLBACK, "snapshot version 1, and 2", () -> client.timestamp(older, NOW));
    }

    @Test
    void aNewerSnapshotOfOlderTargetsIsRefused() throws TufException {
        byte[] snapshot = publisher.snapshot(3, publisher.targets(1));
        client.timestamp(publisher.timestamp(3, snapshot), NOW);
        refused(Kind.ROLLBACK, "version 1 of targets.json, which was 2", () -> client.snapshot(snapshot, NOW));
    }

    @Test
    void aSnapshotThatForgetsTheTargetsIsRefused() throws TufException {
        var draft = Drafts.snapshot(3, LATER, publisher.targets(3));
        ((tools.jackson.databind.node.ObjectNode) draft.at("/signed/meta")).removeAll();
        byte[] snapshot = publisher.signed(Role.SNAPSHOT, draft);
        client.timestamp(publisher.timestamp(3, snapshot), NOW);
        refused(Kind.ROLLBACK, "version 0 of targets.json", () -> client.snapshot(snapshot, NOW));
    }

    @Test
    void whoeverKeepsNewerMetadataBackIsFoundOut() throws TufException {
        Instant soon = NOW.plus(Duration.ofDays(31));
        byte[] targets = publisher.targets(3);
        byte[] snapshot = publisher.snapshot(3, targets);
        byte[] timestamp = publisher.timestamp(3, snapshot);
        refused(Kind.EXPIRED, "root metadata of version 1 expired", () -> client.timestamp(timestamp, soon));
        TrustedMetadata longLived = TrustedMetadata.of(
                publisher.signed(Role.ROOT, Drafts.root(1, NOW.plus(Duration.ofDays(900)), publisher.roles())));
        refused(Kind.EXPIRED, "timestamp metadata of version 3", () -> longLived.timestamp(timestamp, soon));
        longLived.timestamp(timestamp, NOW);
        refused(Kind.EXPIRED, "snapshot metadata of version 3", () -> longLived.snapshot(snapshot, soon));
        longLived.snapshot(snapshot, NOW);
        refused(Kind.EXPIRED, "targets metadata of version 3", () -> longLived.targets(targets, soon));
    }

    @Test
    void metadataOfTwoTimesAreNotMixed() throws TufException {
        byte[] targets = publisher.targets(3);
        byte[] snapshot = publisher.snapshot(3, targets);
        byte[] other = publisher.snapshot(4, publisher.targets(4));
        client.timestamp(publisher.timestamp(3, snapshot), NOW);
        refused(Kind.MIX_AND_MATCH, "version 4, and the timestamp names version 3", () -> client.snapshot(other, NOW));
        client.snapshot(snapshot, NOW);
        byte[] newer = publisher.targets(4);
        refused(Kind.MIX_AND_MATCH, "the snapshot names version 3", () -> client.targets(newer, NOW));
        byte[] alike = publisher.signed(
                Role.TARGETS,
                Drafts.targets(3, LATER, List.of(new TrustedMetadata.Target("patch.ko", 7, "0".repeat(64)))));
        refused(Kind.MIX_AND_MATCH, "not the ones that the snapshot names", () -> client.targets(alike, NOW));
    }

    @Test
    void strangersKeysCountForNothing() throws TufException {
        Catalogue stranger = new Catalogue();
        byte[] timestamp = stranger.timestamp(3, publisher.snapshot(3, publisher.targets(3)));
        refused(
                Kind.THRESHOLD,
                "signed by 0 of the role's keys, and must be by 1",
                () -> client.timestamp(timestamp, NOW));
        byte[] root = stranger.root(2);
        refused(Kind.THRESHOLD, "signed by 0", () -> client.root(root));
    }

    @Test
    void oneKeyOfTwoIsNotEnoughHoweverOftenItSigns() throws TufException {
        SigningKey one = publisher.keys(Role.TARGETS).getFirst();
        var metadata = one.sign(Drafts.targets(3, LATER, List.of(Catalogue.patch())));
        var signatures = (tools.jackson.databind.node.ArrayNode) metadata.get("signatures");
        signatures.add(signatures.get(0).deepCopy());
        byte[] targets = dev.evenkeel.wire.Json.mapper().writeValueAsBytes(metadata);
        byte[] snapshot = publisher.snapshot(3, targets);
        client.timestamp(publisher.timestamp(3, snapshot), NOW);
        client.snapshot(snapshot, NOW);
        refused(Kind.THRESHOLD, "signed by 1 of the role's keys, and must be by 2", () -> client.targets(targets, NOW));
    }

    @Test
    void whatWasChangedAfterItWasSignedIsRefused() throws TufException {
        String timestamp =
                new String(publisher.timestamp(3, publisher.snapshot(3, publisher.targets(3))), StandardCharsets.UTF_8);
        byte[] changed = timestamp.replace("\"version\":3", "\"version\":9").getBytes(StandardCharsets.UTF_8);
        refused(Kind.THRESHOLD, "signed by 0", () -> client.timestamp(changed, NOW));
    }

    @Test
    void endlessDataAreNotRead() throws TufException {
        byte[] endless = new byte[Role.TIMESTAMP.most() + 1];
        refused(Kind.TOO_LONG, "more than 16384 bytes", () -> client.timestamp(endless, NOW));
        byte[] snapshot = publisher.snapshot(3, publisher.targets(3));
        client.timestamp(publisher.timestamp(3, snapshot), NOW);
        byte[] padded = (new String(snapshot, StandardCharsets.UTF_8) + " ").getBytes(StandardCharsets.UTF_8);
        refused(Kind.TOO_LONG, "were signed for", () -> client.snapshot(padded, NOW));
    }

    @Test
    void keysAreRotatedByTheOldAndTheNew() throws TufException {
        Catalogue next = new Catalogue();
        byte[] byNewOnly = next.root(2);
        refused(Kind.THRESHOLD, "root metadata", () -> client.root(byNewOnly));
        var draft = Drafts.root(2, LATER, next.roles());
        byte[] byOldOnly = Catalogue.signed(draft, publisher.keys(Role.ROOT));
        refused(Kind.THRESHOLD, "root metadata", () -> client.root(byOldOnly));
        List<SigningKey> both = new java.util.ArrayList<>(publisher.keys(Role.ROOT));
        both.addAll(next.keys(Role.ROOT));
        client.root(Catalogue.signed(draft, both));
        assertThat(client.nextRoot()).isEqualTo(3);
        refused(Kind.THRESHOLD, "timestamp", () -> publisher.publish(client, 3));
        next.publish(client, 1); // the new keys' versions begin anew, for the old ones may have been stolen
    }

    @Test
    void rootsComeOneByOneAndNeverBack() throws TufException {
        byte[] third = publisher.root(3);
        refused(Kind.MIX_AND_MATCH, "version 3, where 2 comes next", () -> client.root(third));
        client.root(publisher.root(2));
        byte[] first = publisher.root(1);
        refused(Kind.ROLLBACK, "version 1, where 3 comes next", () -> client.root(first));
    }

    @Test
    void whatWasTrustedIsKeptOverARestart() throws TufException {
        TrustedMetadata again = TrustedMetadata.of(client.trusted(Role.ROOT).orElseThrow());
        for (Role role : List.of(Role.TIMESTAMP, Role.SNAPSHOT, Role.TARGETS)) {
            again.keep(role, client.trusted(role).orElseThrow());
        }
        byte[] older = publisher.timestamp(1, publisher.snapshot(2, publisher.targets(2)));
        refused(Kind.ROLLBACK, "version 1, and version 2", () -> again.timestamp(older, NOW));
        assertThat(again.target("patch.ko")).isPresent();
    }

    private static void refused(Kind kind, String words, ThrowingCallable act) {
        assertThatExceptionOfType(TufException.class).isThrownBy(act).satisfies(e -> {
            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e).hasMessageContaining(words);
        });
    }
}
