package dev.evenkeel.wire.tuf;

import dev.evenkeel.wire.tuf.TufException.Kind;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** The client's workflow (TUF 5.3 to 5.6) over files that somebody offers, none of which is believed. */
public final class Refresh {
    /** How many roots may follow each other in one refresh: a chain without an end is an attack (TUF 5.3.2). */
    private static final int MOST_ROOTS = 64;

    private Refresh() {}

    /** Where metadata are offered. */
    @FunctionalInterface
    public interface Source {
        /**
         * One file, such as {@code 3.targets.json}.
         *
         * @param most how many bytes of it are wanted: of a longer one at least one more is returned, and no more need be
         * @return empty when there is none of this name
         * @throws IOException when nobody can be asked
         */
        Optional<byte[]> file(String name, int most) throws IOException;
    }

    /**
     * Brings what is trusted up to what is offered. Where a step is refused, what the steps before it took over stays.
     *
     * @param now fixed for the whole of it (TUF 5.1)
     */
    public static void run(TrustedMetadata trusted, Source source, Instant now) throws IOException, TufException {
        for (int roots = 0; roots < MOST_ROOTS; roots++) {
            Optional<byte[]> next = source.file(trusted.nextRoot() + ".root.json", Role.ROOT.most());
            if (next.isEmpty()) {
                break;
            }
            trusted.root(next.get());
        }
        trusted.timestamp(must(source, "timestamp.json", Role.TIMESTAMP), now);
        OptionalLong snapshot = trusted.nextSnapshot(now);
        if (snapshot.isPresent()) {
            trusted.snapshot(must(source, snapshot.getAsLong() + ".snapshot.json", Role.SNAPSHOT), now);
        }
        OptionalLong targets = trusted.nextTargets(now);
        if (targets.isPresent()) {
            trusted.targets(must(source, targets.getAsLong() + ".targets.json", Role.TARGETS), now);
        }
    }

    private static byte[] must(Source source, String name, Role role) throws IOException, TufException {
        return source.file(name, role.most())
                .orElseThrow(() -> new TufException(
                        Kind.MISSING,
                        "the catalogue has no " + name + "; publish an update, or see why the server keeps it back"));
    }
}
