package dev.evenkeel.server.catalogue;

import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Publication;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.SigningKey;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import dev.evenkeel.wire.tuf.TufException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whether a publication is what comes next, and brings all that it speaks of. Writes nothing. */
final class Review {
    private final Publication wanted;
    private final CatalogueFiles files;
    private final OnlineKeys keys;

    Review(Publication wanted, CatalogueFiles files, OnlineKeys keys) {
        this.wanted = wanted;
        this.files = files;
        this.keys = keys;
    }

    /**
     * What is trusted once the publication's root is.
     *
     * @param before what is published now; it is changed
     */
    TrustedMetadata root(Optional<TrustedMetadata> before, Instant now) throws Refused {
        if (wanted.root() == null) {
            return before.orElseThrow(() ->
                    new Refused("root", "there is no root yet; make one first with: evenkeel catalogue init", false));
        }
        byte[] root = wanted.root().getBytes(StandardCharsets.UTF_8);
        if (before.isPresent()
                && Arrays.equals(root, before.get().trusted(Role.ROOT).orElseThrow())) {
            return before.get();
        }
        try {
            TrustedMetadata next = before.isPresent() ? before.get() : TrustedMetadata.of(root);
            if (before.isPresent()) {
                long due = next.nextRoot();
                long version = TrustedMetadata.of(root).version(Role.ROOT);
                if (version != due) {
                    throw new Refused("root", "version " + version + " where version " + due + " comes next", true);
                }
                next.root(root);
            } else if (next.version(Role.ROOT) != 1) {
                throw new Refused("root", "the first root has version 1", false);
            }
            if (!next.expires(Role.ROOT).orElseThrow().isAfter(now)) {
                throw new Refused("root", "it has expired; give it a later --expires", false);
            }
            requireOurKey(next, Role.SNAPSHOT, keys.snapshot());
            requireOurKey(next, Role.TIMESTAMP, keys.timestamp());
            return next;
        } catch (TufException e) {
            throw new Refused("root", e.code() + ": " + e.getMessage(), false);
        }
    }

    private static void requireOurKey(TrustedMetadata root, Role role, SigningKey key) throws Refused, TufException {
        Drafts.Signers signers = root.signers(role);
        if (!signers.keys().contains(key.shown()) || signers.threshold() != 1) {
            throw new Refused(
                    "root",
                    "the role " + role.word() + " must have the threshold 1 and this server's key "
                            + key.shown().hex()
                            + " (GET /v1/catalogue/keys); evenkeel catalogue rotate --online takes it over",
                    false);
        }
    }

    /** The targets to publish; none when there never were any. */
    byte[] targets(Optional<TrustedMetadata> published, TrustedMetadata next) throws Refused {
        byte[] before = published.flatMap(t -> t.trusted(Role.TARGETS)).orElse(new byte[0]);
        try {
            if (wanted.targets() != null) {
                byte[] targets = wanted.targets().getBytes(StandardCharsets.UTF_8);
                long version = Publication.envelope(Role.TARGETS, wanted.targets())
                        .at("/signed/version")
                        .asLong(0);
                long due = published.map(t -> t.version(Role.TARGETS)).orElse(0L) + 1;
                if (version != due && !Arrays.equals(targets, before)) {
                    throw new Refused(
                            "targets",
                            "version " + version + " where version " + due
                                    + " comes next; somebody published meanwhile, so sign anew",
                            true);
                }
                return targets;
            }
            if (before.length > 0 && !next.isSigned(Role.TARGETS, before)) {
                throw new Refused(
                        "targets",
                        "the new root's keys have not signed the updates that are published; sign them anew in the same"
                                + " publication",
                        false);
            }
            return before;
        } catch (TufException e) {
            throw new Refused("targets", e.code() + ": " + e.getMessage(), false);
        }
    }

    record Fresh(UpdateId update, Target target, byte[] bytes) {}

    /** The manifests that the targets name and that are not here yet. */
    List<Fresh> manifests(TrustedMetadata next) throws IOException, Refused {
        List<Fresh> fresh = new ArrayList<>();
        for (Target target : next.targets()) {
            UpdateId update = update(target);
            if (files.manifest(update, target.sha256()).isEmpty()) {
                byte[] bytes = wanted.manifests().stream()
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .filter(manifest -> Target.of(target.name(), manifest).equals(target))
                        .findFirst()
                        .orElseThrow(() -> new Refused(
                                "manifests",
                                "the one of " + target.length() + " bytes with the SHA-256 " + target.sha256()
                                        + ", which the targets name " + target.name() + ", is missing",
                                false));
                fresh.add(new Fresh(update, target, bytes));
            }
        }
        return fresh;
    }

    private static UpdateId update(Target target) throws Refused {
        try {
            return new UpdateId(Publication.update(target.name()).orElse(""));
        } catch (IllegalArgumentException e) {
            throw new Refused("targets", target.name() + " is no update; name only updates/ID.json", false);
        }
    }
}
