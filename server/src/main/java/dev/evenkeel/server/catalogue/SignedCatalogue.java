package dev.evenkeel.server.catalogue;

import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Publication;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.SigningKey;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import dev.evenkeel.wire.tuf.TufException;
import dev.evenkeel.wire.tuf.VerifyingKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The signed catalogue. What publishers send goes through the very checks that agents make before a byte of it is kept; the timestamp
 * is written last, so that readers see a publication whole or not at all. Safe for many threads.
 */
public final class SignedCatalogue {
    /** How long the server's own signatures are good; they are renewed at half of it. */
    static final Duration SNAPSHOT_LIFE = Duration.ofDays(14);

    static final Duration TIMESTAMP_LIFE = Duration.ofDays(2);
    /** When publishers are told that what they signed runs out. */
    private static final Duration WARNING = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(SignedCatalogue.class);

    private final CatalogueFiles files;
    private final OnlineKeys keys;
    private final InstantSource clock;
    private Optional<TrustedMetadata> current;

    private SignedCatalogue(
            CatalogueFiles files, OnlineKeys keys, InstantSource clock, Optional<TrustedMetadata> current) {
        this.files = files;
        this.keys = keys;
        this.clock = clock;
        this.current = current;
    }

    /**
     * Opens the catalogue in a directory, with the server's keys in {@code keys/} there.
     *
     * @throws IOException when it cannot be read, or is damaged; the message says what to do
     */
    public static SignedCatalogue open(Path directory, InstantSource clock) throws IOException {
        CatalogueFiles files = new CatalogueFiles(directory);
        try {
            SignedCatalogue catalogue =
                    new SignedCatalogue(files, OnlineKeys.open(directory.resolve("keys")), clock, files.load());
            catalogue.renew();
            return catalogue;
        } catch (TufException e) {
            throw new IOException(
                    "the catalogue in " + directory + " is damaged: " + e.getMessage()
                            + "; bring the directory back from your backup",
                    e);
        }
    }

    /** How an update stands in the catalogue. */
    public enum Signature {
        /** It was registered without a signature. */
        UNSIGNED,
        /** Its publishers vouch for it. */
        SIGNED,
        /** They did, and took it back. */
        REVOKED
    }

    /** Looks at a manifest that is about to be published, and takes it in. */
    @FunctionalInterface
    public interface Gate {
        /** @throws RuntimeException when it may not be published */
        void take(UpdateId update, byte[] manifest) throws IOException;
    }

    public VerifyingKey snapshotKey() {
        return keys.snapshot().shown();
    }

    public VerifyingKey timestampKey() {
        return keys.timestamp().shown();
    }

    /** What is published; empty before there is a root. */
    public synchronized Optional<TrustedMetadata> published() {
        return current;
    }

    /** Whether only signed updates are carried out: a root was published. */
    public synchronized boolean hasRoot() {
        return current.isPresent();
    }

    /** One file of metadata as it is offered to readers, such as {@code 3.targets.json}, or {@code root.json} for the newest root. */
    public Optional<byte[]> file(String name) throws IOException {
        return name.equals("root.json") ? files.newestRoot() : files.read(name);
    }

    /** The manifest that publishers vouch for, word for word; empty when they vouch for none of this update. */
    public synchronized Optional<byte[]> manifest(UpdateId update) throws IOException {
        Optional<Target> target = target(update);
        return target.isEmpty()
                ? Optional.empty()
                : files.manifest(update, target.get().sha256());
    }

    public synchronized Signature signature(UpdateId update) throws IOException {
        if (target(update).isPresent()) {
            return Signature.SIGNED;
        }
        return files.knows(update) ? Signature.REVOKED : Signature.UNSIGNED;
    }

    private Optional<Target> target(UpdateId update) {
        return current.filter(trusted -> trusted.version(Role.TARGETS) > 0)
                .flatMap(trusted -> trusted.target(Publication.target(update.value())));
    }

    /**
     * Checks a publication as agents will, signs snapshot and timestamp for it and writes it. One that was written before is left as
     * it is.
     *
     * @throws Refused when agents would not trust it, or it is not what comes next
     */
    public synchronized void publish(Publication wanted, Gate gate) throws IOException, Refused {
        Instant now = clock.instant();
        Optional<TrustedMetadata> before = current();
        Review review = new Review(wanted, files, keys);
        TrustedMetadata next = review.root(current(), now);
        byte[] targets = review.targets(before, next);
        if (targets.length == 0) {
            write(next);
            return;
        }
        refresh(next, targets, now);
        List<Review.Fresh> manifests = review.manifests(next);
        for (Review.Fresh manifest : manifests) {
            gate.take(manifest.update(), manifest.bytes());
        }
        for (Review.Fresh manifest : manifests) {
            files.writeManifest(manifest.update(), manifest.target().sha256(), manifest.bytes());
        }
        write(next);
    }

    /** Signs anew what runs out before half of its life is left, and says what publishers must. Nothing before there is a root. */
    public synchronized void renew() throws IOException {
        Optional<TrustedMetadata> trusted = current();
        Instant now = clock.instant();
        try {
            if (trusted.isEmpty()) {
                return;
            }
            warn(trusted.get(), Role.ROOT, now, "evenkeel catalogue rotate");
            if (trusted.get().version(Role.TARGETS) == 0) {
                return;
            }
            warn(trusted.get(), Role.TARGETS, now, "evenkeel catalogue renew");
            boolean rotated = !trusted.get()
                    .isSigned(
                            Role.TIMESTAMP,
                            trusted.get().trusted(Role.TIMESTAMP).orElseThrow());
            if (rotated // and the server stopped before it had signed anew
                    || isLate(trusted.get(), Role.TIMESTAMP, TIMESTAMP_LIFE, now)
                    || isLate(trusted.get(), Role.SNAPSHOT, SNAPSHOT_LIFE, now)) {
                TrustedMetadata next = trusted.get();
                refresh(next, next.trusted(Role.TARGETS).orElseThrow(), now);
                write(next);
            }
        } catch (TufException e) {
            throw new IOException("what is published is damaged: " + e.getMessage(), e);
        } catch (Refused e) {
            LOG.warn("the catalogue's timestamp is not renewed, so agents will refuse updates: {}", e.getMessage());
        }
    }

    private static boolean isLate(TrustedMetadata trusted, Role role, Duration life, Instant now) throws TufException {
        Optional<Instant> expires = trusted.expires(role);
        return expires.isEmpty() || now.plus(life.dividedBy(2)).isAfter(expires.get());
    }

    private static void warn(TrustedMetadata trusted, Role role, Instant now, String remedy) throws TufException {
        Instant expires = trusted.expires(role).orElseThrow();
        if (now.plus(WARNING).isAfter(expires)) {
            LOG.warn(
                    "the catalogue's {} metadata expire at {}, and then agents refuse every update: {}",
                    role.word(),
                    expires,
                    remedy);
        }
    }

    /** Signs a snapshot and a timestamp that lead to these targets, and takes all three over as an agent would. */
    private void refresh(TrustedMetadata next, byte[] targets, Instant now) throws IOException, Refused {
        try {
            TrustedMetadata before = current().orElse(next);
            byte[] snapshot = signed(
                    Drafts.snapshot(before.version(Role.SNAPSHOT) + 1, now.plus(SNAPSHOT_LIFE), targets),
                    keys.snapshot());
            next.timestamp(
                    signed(
                            Drafts.timestamp(before.version(Role.TIMESTAMP) + 1, now.plus(TIMESTAMP_LIFE), snapshot),
                            keys.timestamp()),
                    now);
            next.snapshot(snapshot, now);
            next.targets(targets, now);
        } catch (TufException e) {
            throw new Refused("targets", e.code() + ": " + e.getMessage(), false);
        }
    }

    private static byte[] signed(ObjectNode draft, SigningKey key) {
        return Json.mapper().writeValueAsBytes(key.sign(draft));
    }

    private void write(TrustedMetadata next) throws IOException {
        for (Role role : List.of(Role.ROOT, Role.TARGETS, Role.SNAPSHOT, Role.TIMESTAMP)) {
            Optional<byte[]> bytes = next.trusted(role);
            if (bytes.isPresent()) {
                files.write(role, next.version(role), bytes.get());
            }
        }
        current = Optional.of(next);
    }

    /** A copy of what is published, to be changed; what is refused half-way then leaves no trace. */
    private Optional<TrustedMetadata> current() throws IOException {
        try {
            return files.load();
        } catch (TufException e) {
            throw new IOException("what is published is damaged: " + e.getMessage(), e);
        }
    }
}
