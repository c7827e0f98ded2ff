package dev.evenkeel.cli.catalogue;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Publication;
import dev.evenkeel.wire.tuf.Refresh;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.TrustedFiles;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import dev.evenkeel.wire.tuf.TufException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What a publisher trusts of a server's catalogue, and the drafts that follow from it. */
public final class Workbench {
    private final Session session;
    private final TrustedFiles files;

    public Workbench(Session session) {
        this.session = session;
        this.files = new TrustedFiles(session.place().catalogue());
    }

    private Optional<byte[]> file(String name, int most) {
        return session.api().file(most, "catalogue", "metadata", name);
    }

    /** How much must hold of what the server publishes. */
    private enum Demand {
        /** What agents demand. */
        ALL,
        /** All but that it is fresh: it is about to be signed anew. */
        ANY_AGE,
        /** The root: the keys below it may be lost, and are about to be replaced. */
        ROOT
    }

    /** What the server publishes, checked as agents check it; there must be a root. */
    public TrustedMetadata mustTrust() throws IOException {
        return trusted(Demand.ALL).orElseThrow(Draft::noRoot);
    }

    /** The same, expired or not. */
    public TrustedMetadata mustTrustOfAnyAge() throws IOException {
        return trusted(Demand.ANY_AGE).orElseThrow(Draft::noRoot);
    }

    /** The root that is trusted, and the rest as far as it can be; empty when the catalogue has no root. */
    public Optional<TrustedMetadata> trustedRoot() throws IOException {
        return trusted(Demand.ROOT);
    }

    /** Trusts nothing any more: a root is about to be made. */
    public void forget() throws IOException {
        files.forget();
    }

    /** The first root that is seen here is trusted, and that is said. */
    private Optional<TrustedMetadata> trusted(Demand demand) throws IOException {
        try {
            Optional<TrustedMetadata> pinned = files.load();
            if (pinned.isEmpty()) {
                Optional<byte[]> root = file("root.json", Role.ROOT.most());
                if (root.isEmpty()) {
                    return Optional.empty();
                }
                pinned = Optional.of(files.pin(root.get()));
                session.note(
                        "trusts the catalogue's root version " + pinned.get().version(Role.ROOT)
                                + " from now on, because it is the first that is seen here ("
                                + session.place().catalogue()
                                + "); compare its keys with their owners: evenkeel catalogue show");
            }
            refresh(pinned.get(), demand);
            return pinned;
        } catch (TufException e) {
            throw new CommandFailed(
                    ExitCode.REFUSED,
                    "the server's catalogue is not to be trusted: " + e.code() + ": " + e.getMessage(),
                    List.of("what is trusted here lies in " + session.place().catalogue()
                            + "; only where the server was made anew, delete that directory"));
        }
    }

    private void refresh(TrustedMetadata trusted, Demand demand) throws IOException, TufException {
        try {
            Refresh.run(trusted, this::file, demand == Demand.ALL ? session.now() : Instant.EPOCH);
        } catch (TufException e) {
            boolean noUpdatesYet = e.kind() == TufException.Kind.MISSING && trusted.version(Role.TARGETS) == 0;
            if (demand != Demand.ROOT && !noUpdatesYet) {
                throw e;
            }
        } finally {
            files.save(trusted);
        }
    }

    /**
     * A draft of the next targets.
     *
     * @param added manifests by update that are new, whose text the server may not have
     * @param removed names of targets to leave out
     * @param life how long it is good
     */
    public Draft nextTargets(
            TrustedMetadata trusted, List<Target> added, List<String> manifests, List<String> removed, Duration life) {
        List<Target> all = new ArrayList<>(trusted.targets());
        all.removeIf(target -> removed.contains(target.name())
                || added.stream().anyMatch(a -> a.name().equals(target.name())));
        all.addAll(added);
        all.sort(java.util.Comparator.comparing(Target::name));
        return new Draft(
                null,
                Drafts.targets(trusted.version(Role.TARGETS) + 1, session.now().plus(life), all),
                manifests);
    }

    /** @throws CommandFailed saying who has not signed, when too few have */
    public Optional<TrustedMetadata> requireSigned(Draft draft) throws IOException, TufException {
        Optional<TrustedMetadata> before = trustedRoot();
        List<Draft.Need> lacking =
                draft.needs(before).stream().filter(need -> !need.met()).toList();
        if (!lacking.isEmpty()) {
            throw new CommandFailed(
                    ExitCode.REFUSED,
                    "not enough people have signed it",
                    lacking.stream().map(Workbench::words).toList());
        }
        return before;
    }

    /** Publishes a draft that enough people have signed, and trusts it from then on. */
    public void publish(Draft draft) throws IOException, TufException {
        Optional<TrustedMetadata> before = requireSigned(draft);
        Publication publication = draft.publication();
        session.api().order((JsonNode) Json.mapper().valueToTree(publication), "catalogue", "publications");
        if (before.isEmpty() && publication.root() != null) {
            files.pin(publication.root().getBytes(StandardCharsets.UTF_8));
        }
        trusted(Demand.ALL);
    }

    /** A need in a line. */
    public static String words(Draft.Need need) {
        return need.what() + ": signed by " + need.signed().size() + " of the " + need.threshold() + " needed"
                + (need.met()
                        ? ""
                        : "; could sign: "
                                + String.join(
                                        ", ",
                                        need.missing().stream()
                                                .map(key -> key.hex())
                                                .toList()));
    }
}
