package dev.evenkeel.wire.tuf;

import dev.evenkeel.wire.tuf.TufException.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The metadata that are trusted, and how newer ones take their place: the client's workflow of TUF 1.0.33, section 5, step by step
 * and in its order (roots, timestamp, snapshot, targets). Whatever a step refuses leaves all as it was.
 */
public final class TrustedMetadata {
    private Metadata root;
    private @Nullable Metadata timestamp;
    private @Nullable Metadata snapshot;
    private @Nullable Metadata targets;

    private TrustedMetadata(Metadata root) {
        this.root = root;
    }

    /**
     * Begins with a root that is trusted for another reason, or was trusted before (TUF 5.2). It may have expired.
     *
     * @throws TufException when it is none, or not signed by its own keys
     */
    public static TrustedMetadata of(byte[] root) throws TufException {
        Metadata first = Metadata.read(Role.ROOT, root);
        first.requireSigned(first);
        return new TrustedMetadata(first);
    }

    /** Takes back what was trusted before and kept since, expired or not; what its keys do not vouch for any more is left out. */
    public void keep(Role role, byte[] bytes) throws TufException {
        Metadata kept = Metadata.read(role, bytes);
        kept.requireSigned(root);
        set(kept);
    }

    /**
     * Takes back what its own publisher published before, though its keys may have been replaced since: so its versions count on.
     * Vouches for nothing; whoever reads what somebody else offers takes {@link #keep} and the steps of the workflow.
     */
    public void restore(Role role, byte[] bytes) throws TufException {
        set(Metadata.read(role, bytes));
    }

    /** The version of a role's metadata that the role above names; 0 when none does. */
    public long namedVersion(Role role) {
        Metadata by = role == Role.TARGETS ? snapshot : timestamp;
        return by == null
                ? 0
                : by.signed()
                        .path("meta")
                        .path(role.word() + ".json")
                        .path("version")
                        .asLong(0);
    }

    /** The version of the root that is asked for next (TUF 5.3.3). */
    public long nextRoot() {
        return root.version() + 1;
    }

    /** Takes over the next root, signed by the keys of the one before and by its own (TUF 5.3.4 to 5.3.8, 5.3.11). */
    public void root(byte[] bytes) throws TufException {
        Metadata next = Metadata.read(Role.ROOT, bytes);
        next.requireSigned(root);
        next.requireSigned(next);
        if (next.version() != nextRoot()) {
            throw new TufException(
                    next.version() < nextRoot() ? Kind.ROLLBACK : Kind.MIX_AND_MATCH,
                    "root metadata of version " + next.version() + ", where " + nextRoot() + " comes next");
        }
        boolean rotated = !keys(root, Role.TIMESTAMP).equals(keys(next, Role.TIMESTAMP))
                || !keys(root, Role.SNAPSHOT).equals(keys(next, Role.SNAPSHOT));
        if (rotated) { // a stolen key may have made them say that a version far too high was there
            timestamp = null;
            snapshot = null;
        }
        root = next;
    }

    private static JsonNode keys(Metadata root, Role role) {
        return root.signed().path("roles").path(role.word());
    }

    /**
     * Takes over a timestamp (TUF 5.3.10, 5.4). One of the version that is trusted already is left where it is (TUF 5.4.3.1), and
     * must still be fresh.
     */
    public void timestamp(byte[] bytes, Instant now) throws TufException {
        root.requireFresh(now);
        Metadata next = Metadata.read(Role.TIMESTAMP, bytes);
        next.requireSigned(root);
        Metadata before = timestamp;
        if (before != null) {
            next.requireNotOlder(before.version());
            if (next.version() == before.version()) {
                before.requireFresh(now);
                return;
            }
            long named = snapshotVersion(before);
            if (snapshotVersion(next) < named) {
                throw new TufException(
                        Kind.ROLLBACK,
                        "a timestamp that names snapshot version " + snapshotVersion(next) + ", and " + named
                                + " was named before");
            }
        }
        next.requireFresh(now);
        timestamp = next;
    }

    /** The version of the snapshot to fetch; empty when the trusted one is the one that the timestamp names, and fresh. */
    OptionalLong nextSnapshot(Instant now) throws TufException {
        return next(trusted(timestamp, Role.TIMESTAMP), snapshot, Role.SNAPSHOT, now);
    }

    /** The version of the targets to fetch; empty when the trusted ones are those that the snapshot names, and fresh. */
    OptionalLong nextTargets(Instant now) throws TufException {
        return next(trusted(snapshot, Role.SNAPSHOT), targets, Role.TARGETS, now);
    }

    private static OptionalLong next(Metadata by, @Nullable Metadata there, Role role, Instant now)
            throws TufException {
        long named = by.signed()
                .path("meta")
                .path(role.word() + ".json")
                .path("version")
                .asLong(0);
        if (there != null && there.isNamed(by)) {
            there.requireFresh(now);
            return OptionalLong.empty();
        }
        return OptionalLong.of(named);
    }

    private static long snapshotVersion(Metadata timestamp) {
        return timestamp
                .signed()
                .path("meta")
                .path("snapshot.json")
                .path("version")
                .asLong(0);
    }

    /** Takes over the snapshot that the timestamp names (TUF 5.5). */
    public void snapshot(byte[] bytes, Instant now) throws TufException {
        Metadata named = trusted(timestamp, Role.TIMESTAMP);
        requireLength(named, Role.SNAPSHOT, bytes);
        Metadata next = Metadata.read(Role.SNAPSHOT, bytes);
        next.requireNamed(named);
        next.requireSigned(root);
        if (snapshot != null) {
            for (var before : snapshot.signed().path("meta").properties()) {
                long version = next.signed()
                        .path("meta")
                        .path(before.getKey())
                        .path("version")
                        .asLong(0);
                if (version < before.getValue().path("version").asLong(0)) {
                    throw new TufException(
                            Kind.ROLLBACK,
                            "a snapshot with version " + version + " of " + before.getKey() + ", which was "
                                    + before.getValue().path("version").asLong(0) + " before");
                }
            }
        }
        next.requireFresh(now);
        snapshot = next;
    }

    /** Takes over the targets that the snapshot names (TUF 5.6). */
    public void targets(byte[] bytes, Instant now) throws TufException {
        Metadata named = trusted(snapshot, Role.SNAPSHOT);
        requireLength(named, Role.TARGETS, bytes);
        Metadata next = Metadata.read(Role.TARGETS, bytes);
        next.requireNamed(named);
        next.requireSigned(root);
        next.requireFresh(now);
        targets = next;
    }

    private static void requireLength(Metadata named, Role role, byte[] bytes) throws TufException {
        long length = named.signed()
                .path("meta")
                .path(role.word() + ".json")
                .path("length")
                .asLong(role.most());
        if (bytes.length > length) {
            throw new TufException(
                    Kind.TOO_LONG, role.word() + " metadata longer than the " + length + " bytes that were signed for");
        }
    }

    private static Metadata trusted(@Nullable Metadata metadata, Role role) {
        if (metadata == null) {
            throw new IllegalStateException("the " + role.word() + " comes first");
        }
        return metadata;
    }

    private void set(Metadata metadata) {
        switch (metadata.role()) {
            case ROOT -> root = metadata;
            case TIMESTAMP -> timestamp = metadata;
            case SNAPSHOT -> snapshot = metadata;
            case TARGETS -> targets = metadata;
        }
    }

    /** What is trusted of a role, to be kept; empty when nothing is. */
    public Optional<byte[]> trusted(Role role) {
        Metadata metadata = get(role);
        return metadata == null
                ? Optional.empty()
                : Optional.of(metadata.bytes().clone());
    }

    private @Nullable Metadata get(Role role) {
        return switch (role) {
            case ROOT -> root;
            case TIMESTAMP -> timestamp;
            case SNAPSHOT -> snapshot;
            case TARGETS -> targets;
        };
    }

    /**
     * A file that the targets role vouches for.
     *
     * @param length bytes
     * @param sha256 lower-case hex
     */
    public record Target(String name, long length, String sha256) {
        /** One that vouches for this content. */
        public static Target of(String name, byte[] content) {
            return new Target(name, content.length, Metadata.sha256(content));
        }

        /** TUF 5.7. */
        public void require(byte[] content) throws TufException {
            if (content.length != length || !Metadata.sha256(content).equals(sha256)) {
                throw new TufException(
                        Kind.TARGET,
                        name + " is not the file that was signed for: " + length + " bytes with SHA-256 " + sha256);
            }
        }
    }

    /** A role's version; 0 when nothing is trusted of it. */
    public long version(Role role) {
        Metadata metadata = get(role);
        return metadata == null ? 0 : metadata.version();
    }

    /** When a role's metadata run out; empty when nothing is trusted of it. */
    public Optional<Instant> expires(Role role) throws TufException {
        Metadata metadata = get(role);
        return metadata == null ? Optional.empty() : Optional.of(metadata.expires());
    }

    /** Who may sign for a role, by the trusted root. */
    public Drafts.Signers signers(Role role) throws TufException {
        return root.signers(role);
    }

    /** Whether as many of a role's keys as must have signed this; checks nothing else of it. */
    public boolean isSigned(Role role, byte[] bytes) throws TufException {
        try {
            Metadata.read(role, bytes).requireSigned(root);
            return true;
        } catch (TufException e) {
            if (e.kind() == TufException.Kind.THRESHOLD) {
                return false;
            }
            throw e;
        }
    }

    /** All files that the targets role vouches for, by name; none when no targets are trusted. */
    public List<Target> targets() {
        return targets == null ? List.of() : targets.targets();
    }

    /** A file that must be vouched for (TUF 5.7.1). */
    public Target vouched(String name) throws TufException {
        return target(name)
                .orElseThrow(() -> new TufException(
                        TufException.Kind.REVOKED,
                        "nobody vouches for " + name + " in targets metadata of version " + version(Role.TARGETS)
                                + ": it was never signed, or it was revoked"));
    }

    /** Looks a file up (TUF 5.7.1); empty when nobody vouches for one of this name. */
    public Optional<Target> target(String name) {
        return trusted(targets, Role.TARGETS).target(name);
    }
}
