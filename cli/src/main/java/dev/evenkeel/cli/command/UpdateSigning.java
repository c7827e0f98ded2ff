package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.catalogue.Draft;
import dev.evenkeel.cli.catalogue.KeyFiles;
import dev.evenkeel.cli.catalogue.Workbench;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Publication;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import dev.evenkeel.wire.tuf.TufException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** The verbs of {@code evenkeel update} that keys are for. */
final class UpdateSigning {
    /** How long signatures of updates are good where nothing else is said. */
    static final Duration LIFE = Duration.ofDays(180);

    private static final int LONGEST_MANIFEST = 1 << 20;

    private UpdateSigning() {}

    /** An update's directory, with the draft that its publication is signed in. */
    private record Folder(Path directory, Update update, String manifest, ManifestFile file) {
        static Folder read(Path place) {
            ManifestFile file = ManifestFile.read(place);
            Path directory =
                    Files.isDirectory(place) ? place : place.toAbsolutePath().getParent();
            Update update = file.update();
            String text = file.isJson()
                    ? file.text()
                    : dev.evenkeel.wire.Json.mapper().writeValueAsString(update);
            return new Folder(directory == null ? Path.of("/") : directory, update, text, file);
        }

        Path draft() {
            return directory.resolve("publication.json");
        }

        Target target() {
            return Target.of(Publication.target(update.id().value()), manifest.getBytes(StandardCharsets.UTF_8));
        }

        /** The draft that lies here, when it is of this manifest and comes next; else a new one. */
        Draft begunOrNew(Session session, Workbench bench, TrustedMetadata trusted, Duration life) throws TufException {
            if (Files.exists(draft())) {
                Draft begun = Draft.read(draft());
                ObjectNode targets = begun.targets();
                if (targets != null
                        && begun.lists(target())
                        && Drafts.version(Role.TARGETS, targets) == trusted.version(Role.TARGETS) + 1) {
                    return begun;
                }
                session.note("the draft that was begun in " + draft()
                        + " is of another manifest or out of date; it is begun anew, without its signatures");
            }
            return bench.nextTargets(trusted, List.of(target()), List.of(manifest), List.of(), life);
        }
    }

    @Command(
            name = "sign",
            description = {
                "Sign an update. The first who does writes DIR/publication.json; the others add their signatures to it.",
                "The keys do not leave this machine."
            })
    static final class Sign extends Verb {
        @Parameters(paramLabel = "DIR", description = "The directory with update.yaml and the payload files.")
        Path place = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "FILE",
                required = true,
                description = "A key that signs; may be repeated.")
        List<Path> keys = List.of();

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                defaultValue = "180d",
                converter = Durations.class,
                description = "How long the signatures are good (default: ${DEFAULT-VALUE}).")
        Duration life = LIFE;

        @Override
        ExitCode run(Session session) throws Exception {
            Workbench bench = new Workbench(session);
            TrustedMetadata trusted = bench.mustTrust();
            Folder folder = Folder.read(place);
            Draft draft = folder.begunOrNew(session, bench, trusted, life);
            Signing signing = new Signing(session, bench);
            Draft signed = signing.sign(draft, keys, folder.draft(), Optional.of(trusted));
            signing.tell(signed, folder.draft(), Optional.of(trusted), "evenkeel update publish " + place + ", or");
            return ExitCode.OK;
        }
    }

    @Command(
            name = "publish",
            description = {
                "Publish a signed update: upload the payloads that the server lacks, then the signatures.",
                "The server checks them as every host will. Doing it twice is fine."
            })
    static final class Publish extends Verb {
        @Parameters(paramLabel = "DIR", description = "The directory with update.yaml and the payload files.")
        Path place = Path.of("");

        @Option(names = "--key", paramLabel = "FILE", description = "Sign with this key first; may be repeated.")
        List<Path> keys = List.of();

        @Override
        ExitCode run(Session session) throws Exception {
            Workbench bench = new Workbench(session);
            TrustedMetadata trusted = bench.mustTrust();
            Folder folder = Folder.read(place);
            if (trusted.targets().contains(folder.target())) {
                return published(session, folder);
            }
            if (keys.isEmpty() && !Files.exists(folder.draft())) {
                throw new CommandFailed(
                        ExitCode.REFUSED, "nobody has signed it: evenkeel update sign " + place + " --key FILE");
            }
            Draft draft = folder.begunOrNew(session, bench, trusted, LIFE);
            if (!keys.isEmpty()) {
                draft = new Signing(session, bench).sign(draft, keys, folder.draft(), Optional.of(trusted));
            }
            bench.requireSigned(draft);
            new PayloadUpload(session).upload(folder.file().payloads());
            bench.publish(draft);
            Files.deleteIfExists(folder.draft());
            return published(session, folder);
        }

        private static ExitCode published(Session session, Folder folder) {
            session.one(
                    session.api()
                            .get(
                                    dev.evenkeel.cli.client.Query.NONE,
                                    "updates",
                                    folder.update().id().value()),
                    it -> session.out().println("update " + Finder.id(it) + " published"));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "revoke",
            description = {
                "Take the signatures of an update back: every host refuses it from its next order on.",
                "What has it keeps it until it is undone or another update comes."
            })
    static final class Revoke extends Verb {
        @Parameters(paramLabel = "UPDATE", description = "Its id.")
        String update = "";

        @Option(
                names = "--key",
                paramLabel = "FILE",
                required = true,
                description = "A key that signs; may be repeated.")
        List<Path> keys = List.of();

        @Option(names = "--draft", paramLabel = "FILE", description = "Write a draft here and publish nothing.")
        @Nullable
        Path draft;

        @Override
        ExitCode run(Session session) throws Exception {
            Workbench bench = new Workbench(session);
            Optional<TrustedMetadata> trusted = Optional.of(bench.mustTrust());
            String target = Publication.target(update);
            if (trusted.get().version(Role.TARGETS) == 0
                    || trusted.get().target(target).isEmpty()) {
                throw new CommandFailed(
                        ExitCode.NOT_FOUND, "no update \"" + update + "\" is signed; see: evenkeel update ls");
            }
            Draft signed = bench.nextTargets(trusted.get(), List.of(), List.of(), List.of(target), LIFE)
                    .sign(KeyFiles.thatCanSign(keys), trusted);
            Path file = draft == null ? Path.of("revoke-" + update.replaceAll("[/:]", "_") + ".json") : draft;
            return new Signing(session, bench).publishOrTell(signed, file, trusted, draft != null);
        }
    }

    @Command(
            name = "verify",
            description = {
                "Check an update here as every host will: the catalogue's metadata, and the manifest's bytes.",
                "Of a directory the payload files are checked too."
            })
    static final class Verify extends Verb {
        @Parameters(paramLabel = "UPDATE|DIR", description = "Its id, or the directory that it was published from.")
        String named = "";

        @Override
        ExitCode run(Session session) throws Exception {
            TrustedMetadata trusted = new Workbench(session).mustTrust();
            Path place = Path.of(named);
            boolean local = Files.exists(place);
            String id = local ? Folder.read(place).update().id().value() : new UpdateId(named).value();
            byte[] manifest = local
                    ? Folder.read(place).manifest().getBytes(StandardCharsets.UTF_8)
                    : session.api()
                            .file(LONGEST_MANIFEST, "updates", id, "manifest")
                            .orElseThrow(() -> new CommandFailed(
                                    ExitCode.REFUSED, "nobody vouches for \"" + id + "\"; see: evenkeel update ls"));
            try {
                if (trusted.version(Role.TARGETS) == 0) {
                    throw new CommandFailed(ExitCode.REFUSED, "no update is signed yet");
                }
                trusted.vouched(Publication.target(id)).require(manifest);
            } catch (TufException e) {
                throw new CommandFailed(ExitCode.REFUSED, e.code() + ": " + e.getMessage());
            }
            report(session, trusted, id, manifest);
            return ExitCode.OK;
        }

        private static void report(Session session, TrustedMetadata trusted, String id, byte[] manifest)
                throws IOException, TufException {
            ObjectNode answer = Json.object()
                    .put("update", id)
                    .put("sha256", Target.of(id, manifest).sha256())
                    .put("targetsVersion", trusted.version(Role.TARGETS))
                    .put("expires", trusted.expires(Role.TARGETS).orElseThrow().toString());
            session.one(answer, it -> {
                session.field("update", id);
                session.field("sha256", Json.text(it, "sha256"));
                session.field("targets version", Json.text(it, "targetsVersion"));
                session.field("good until", Json.text(it, "expires"));
            });
        }
    }
}
