package dev.evenkeel.agent.trust;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.tuf.Publication;
import dev.evenkeel.wire.tuf.Refresh;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.TrustedFiles;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.TufException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admits updates to this host. Before each it brings the catalogue's metadata up to date by TUF's client workflow, and compares the
 * manifest that came with what publishers signed, byte by byte. A host that joined before the catalogue had a root pins the first
 * that its server shows, says so in its log, and admits everything until then; afterwards it never does again.
 */
public final class Admission implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Manifests manifests;
    private final Refresh.Source source;
    private final InstantSource clock;
    private final Duration patience;
    private final CountDownLatch closing = new CountDownLatch(1);

    /** @param patience for how long a server that is away is asked again: what it takes to come back */
    public Admission(Manifests manifests, Refresh.Source source, InstantSource clock, Duration patience) {
        this.manifests = manifests;
        this.source = source;
        this.clock = clock;
        this.patience = patience;
    }

    /** Forgets the orders that were let through and are over. */
    void begins(Collection<EffectId> underWay) {
        try {
            manifests.forgetOrdersBut(underWay);
        } catch (IOException e) {
            LOG.warn("orders that are over stay noted until the next start: {}", e.toString());
        }
    }

    /**
     * Why an order that brings the update in must not begin; empty when it may. What was let through once is noted on disk first, and
     * is let through again, whatever became of the update since.
     */
    Optional<Outcome.Failed> refusal(EffectId order, UpdateId update) {
        if (manifests.hasLetThrough(order)) {
            return Optional.empty();
        }
        Optional<Outcome.Failed> refusal = refusal(update);
        if (refusal.isEmpty()) {
            try {
                manifests.letThrough(order);
            } catch (IOException e) {
                return Optional.of(failed(
                        "STATE_DISK", "that the update is admitted can't be noted: " + e.getMessage(), update, true));
            }
        }
        return refusal;
    }

    /** Why the host must not take the update now; empty when it may, and its manifest is the one to go by. */
    Optional<Outcome.Failed> refusal(UpdateId update) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                admit(update);
                return Optional.empty();
            } catch (TufException e) {
                LOG.error("{} is not let onto this host: {} {}", update, e.code(), e.getMessage());
                return Optional.of(failed(
                        e.code(),
                        "the update's signatures do not hold on this host: " + e.getMessage(),
                        update,
                        false));
            } catch (IOException e) {
                if (System.nanoTime() - deadline > 0) {
                    return Optional.of(failed(
                            "CATALOGUE_AWAY",
                            "whether the update is signed can't be found out: " + e.getMessage(),
                            update,
                            true));
                }
                pause();
            }
        }
    }

    /** Whether it was admitted before, or came at a time when everything was. */
    boolean isAdmitted(UpdateId update) {
        return manifests.trust().isPinned() ? manifests.isAdmitted(update) : true;
    }

    private static Outcome.Failed failed(String code, String why, UpdateId update, boolean retryable) {
        return new Outcome.Failed(
                Refusal.of(code, why, Map.of("update", update.value())), Aftermath.UNCHANGED, retryable);
    }

    private synchronized void admit(UpdateId update) throws IOException, TufException {
        Instant now = clock.instant();
        TrustedFiles files = manifests.trust();
        Optional<TrustedMetadata> pinned = files.load();
        if (pinned.isEmpty()) {
            pinned = pinFirst(files);
        }
        if (pinned.isEmpty()) {
            return; // a fleet without a signed catalogue
        }
        TrustedMetadata trusted = pinned.get();
        try {
            Refresh.run(trusted, source, now);
        } finally {
            files.save(trusted);
        }
        byte[] manifest = manifests
                .received(update)
                .orElseThrow(() -> new IOException("the manifest of " + update + " did not reach this host"));
        trusted.vouched(Publication.target(update.value())).require(manifest);
        manifests.admit(update, manifest);
    }

    private Optional<TrustedMetadata> pinFirst(TrustedFiles files) throws IOException, TufException {
        Optional<byte[]> root = source.file("root.json", Role.ROOT.most());
        if (root.isEmpty()) {
            return Optional.empty();
        }
        TrustedMetadata first = TrustedMetadata.of(root.get());
        manifests.admitAll();
        files.pin(root.get());
        LOG.warn(
                "this host joined before the catalogue had a root; it pins version {} from its server and takes only signed"
                        + " updates from now on",
                first.version(Role.ROOT));
        return Optional.of(first);
    }

    private void pause() {
        try {
            if (closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new CancellationException("the agent stops");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the agent stops");
        }
    }

    /** Waits for no server any more. */
    @Override
    public void close() {
        closing.countDown();
    }
}
