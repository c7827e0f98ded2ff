package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.catalogue.Draft;
import dev.evenkeel.cli.catalogue.KeyFiles;
import dev.evenkeel.cli.catalogue.Workbench;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Drafts.Signers;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.VerifyingKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel catalogue …}. */
@Command(
        name = "catalogue",
        description = "The signed catalogue of updates: whose keys count, and how many of them.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            CatalogueCommand.Init.class,
            CatalogueCommand.Show.class,
            CatalogueCommand.Rotate.class,
            CatalogueCommand.Renew.class,
            CatalogueCommand.Sign.class,
            CatalogueCommand.Publish.class
        })
final class CatalogueCommand {
    private static final Path ROOT_DRAFT = Path.of("catalogue-root.json");
    private static final Path TARGETS_DRAFT = Path.of("catalogue-updates.json");

    private CatalogueCommand() {}

    /** The keys of people, as options. */
    static final class People {
        @Option(
                names = "--root-key",
                paramLabel = "FILE",
                description =
                        "A key that may change whose keys count; may be repeated. FILE.pub does for other people's.")
        List<Path> rootKeys = List.of();

        @Option(names = "--root-threshold", paramLabel = "N", description = "How many of them must sign (default 1).")
        @Nullable
        Integer rootThreshold;

        @Option(
                names = "--targets-key",
                paramLabel = "FILE",
                description = "A key that may publish and revoke updates; may be repeated.")
        List<Path> targetsKeys = List.of();

        @Option(
                names = "--targets-threshold",
                paramLabel = "N",
                description = "How many of them must sign (default 1).")
        @Nullable
        Integer targetsThreshold;

        static Signers signers(String option, List<VerifyingKey> keys, int threshold) {
            try {
                return new Signers(keys, threshold);
            } catch (IllegalArgumentException e) {
                throw new CommandFailed(ExitCode.USAGE, option + ": " + e.getMessage());
            }
        }
    }

    private static Signers online(Session session, String role) {
        JsonNode keys = session.api().get(Query.NONE, "catalogue", "keys");
        return new Signers(List.of(new VerifyingKey(Json.textOr("", keys, role, "hex"))), 1);
    }

    @Command(
            name = "init",
            description = {
                "Make the catalogue's root: from then on hosts take only updates that are signed.",
                "It is published at once when enough of the given keys can sign it; else a draft is left for the others."
            })
    static final class Init extends Verb {
        @picocli.CommandLine.Mixin
        People people = new People();

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                defaultValue = "365d",
                converter = Durations.class,
                description = "How long the root is good (default: ${DEFAULT-VALUE}).")
        Duration life = Duration.ofDays(365);

        @Option(names = "--draft", paramLabel = "FILE", description = "Write a draft here and publish nothing.")
        @Nullable
        Path draft;

        @Override
        ExitCode run(Session session) throws Exception {
            if (people.rootKeys.isEmpty() || people.targetsKeys.isEmpty()) {
                throw new CommandFailed(
                        ExitCode.USAGE,
                        "name at least one --root-key and one --targets-key; evenkeel key create makes them");
            }
            JsonNode there = session.api().get(Query.NONE, "catalogue");
            if (!there.path("roles").isEmpty()) {
                throw new CommandFailed(
                        ExitCode.REFUSED,
                        "the catalogue has a root already; its keys are replaced with: evenkeel catalogue rotate --help");
            }
            Map<Role, Signers> roles = new EnumMap<>(Role.class);
            roles.put(
                    Role.ROOT,
                    People.signers(
                            "--root-threshold",
                            KeyFiles.allShown(people.rootKeys),
                            people.rootThreshold == null ? 1 : people.rootThreshold));
            roles.put(
                    Role.TARGETS,
                    People.signers(
                            "--targets-threshold",
                            KeyFiles.allShown(people.targetsKeys),
                            people.targetsThreshold == null ? 1 : people.targetsThreshold));
            roles.put(Role.SNAPSHOT, online(session, "snapshot"));
            roles.put(Role.TIMESTAMP, online(session, "timestamp"));
            Workbench bench = new Workbench(session);
            bench.forget();
            Signing signing = new Signing(session, bench);
            Path file = draft == null ? ROOT_DRAFT : draft;
            Draft signed = new Draft(Drafts.root(1, session.now().plus(life), roles), null, List.of())
                    .sign(KeyFiles.thatCanSign(people.rootKeys), Optional.empty());
            return signing.publishOrTell(signed, file, Optional.empty(), draft != null);
        }
    }

    @Command(name = "show", description = "Show the roles, their keys and when what they signed expires.")
    static final class Show extends Verb {
        @Override
        ExitCode run(Session session) {
            show(session);
            return ExitCode.OK;
        }
    }

    static void show(Session session) {
        JsonNode catalogue = session.api().get(Query.NONE, "catalogue");
        session.one(catalogue, it -> {
            List<JsonNode> roles = new ArrayList<>();
            it.path("roles").forEach(roles::add);
            if (roles.isEmpty()) {
                session.out().println("no root: hosts take updates that nobody signed");
                return;
            }
            session.print(
                    Table.of(
                            Column.of("ROLE", Fields.text("role")),
                            Column.of("VERSION", Fields.text("version")),
                            Column.of("EXPIRES", Fields.time("expires")),
                            Column.of("NEEDED", Fields.text("threshold")),
                            Column.of("KEYS", CatalogueCommand::keys)),
                    roles);
            session.out().println(Json.textOr("0", it, "updates") + " signed updates");
        });
    }

    private static String keys(JsonNode role) {
        List<String> keys = new ArrayList<>();
        role.path("keys").forEach(key -> keys.add(Json.textOr("", key, "hex")));
        return String.join(" ", keys);
    }

    @Command(
            name = "rotate",
            description = {
                "Replace keys, thresholds or the expiry of the root; what is not given stays.",
                "The root is signed by the keys until now and by those from now on."
            })
    static final class Rotate extends Verb {
        @picocli.CommandLine.Mixin
        People people = new People();

        @Option(names = "--online", description = "Take over the server's own keys, which it has made anew.")
        boolean online;

        @Option(
                names = "--key",
                paramLabel = "FILE",
                required = true,
                description = "A key that signs now; may be repeated.")
        List<Path> keys = List.of();

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                defaultValue = "365d",
                converter = Durations.class,
                description = "How long the root is good (default: ${DEFAULT-VALUE}).")
        Duration life = Duration.ofDays(365);

        @Option(names = "--draft", paramLabel = "FILE", description = "Write a draft here and publish nothing.")
        @Nullable
        Path draft;

        @Override
        ExitCode run(Session session) throws Exception {
            Workbench bench = new Workbench(session);
            TrustedMetadata trusted = bench.trustedRoot().orElseThrow(Draft::noRoot);
            Map<Role, Signers> roles = new EnumMap<>(Role.class);
            for (Role role : Role.values()) {
                roles.put(role, trusted.signers(role));
            }
            roles.put(
                    Role.ROOT,
                    next("--root-threshold", trusted.signers(Role.ROOT), people.rootKeys, people.rootThreshold));
            roles.put(
                    Role.TARGETS,
                    next(
                            "--targets-threshold",
                            trusted.signers(Role.TARGETS),
                            people.targetsKeys,
                            people.targetsThreshold));
            if (online) {
                roles.put(Role.SNAPSHOT, online(session, "snapshot"));
                roles.put(Role.TIMESTAMP, online(session, "timestamp"));
            }
            boolean anew = trusted.version(Role.TARGETS) > 0
                    && !roles.get(Role.TARGETS).equals(trusted.signers(Role.TARGETS));
            Draft unsigned = new Draft(
                    Drafts.root(trusted.nextRoot(), session.now().plus(life), roles),
                    anew
                            ? bench.nextTargets(trusted, List.of(), List.of(), List.of(), UpdateSigning.LIFE)
                                    .targets()
                            : null,
                    List.of());
            Path file = draft == null ? ROOT_DRAFT : draft;
            Draft signed = unsigned.sign(KeyFiles.thatCanSign(keys), Optional.of(trusted));
            return new Signing(session, bench).publishOrTell(signed, file, Optional.of(trusted), draft != null);
        }

        private static Signers next(String option, Signers before, List<Path> files, @Nullable Integer threshold) {
            List<VerifyingKey> keys = files.isEmpty() ? before.keys() : KeyFiles.allShown(files);
            return People.signers(option, keys, threshold == null ? before.threshold() : threshold);
        }
    }

    @Command(name = "renew", description = "Sign the updates that are published anew, before the signatures expire.")
    static final class Renew extends Verb {
        @Option(
                names = "--key",
                paramLabel = "FILE",
                required = true,
                description = "A key that signs now; may be repeated.")
        List<Path> keys = List.of();

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                defaultValue = "180d",
                converter = Durations.class,
                description = "How long the signatures are good (default: ${DEFAULT-VALUE}).")
        Duration life = UpdateSigning.LIFE;

        @Option(names = "--draft", paramLabel = "FILE", description = "Write a draft here and publish nothing.")
        @Nullable
        Path draft;

        @Override
        ExitCode run(Session session) throws Exception {
            Workbench bench = new Workbench(session);
            Optional<TrustedMetadata> trusted = Optional.of(bench.mustTrustOfAnyAge());
            Draft signed = bench.nextTargets(trusted.get(), List.of(), List.of(), List.of(), life)
                    .sign(KeyFiles.thatCanSign(keys), trusted);
            return new Signing(session, bench)
                    .publishOrTell(signed, draft == null ? TARGETS_DRAFT : draft, trusted, draft != null);
        }
    }

    @Command(name = "sign", description = "Sign a draft that somebody else began, having read what it changes.")
    static final class Sign extends Verb {
        @Parameters(paramLabel = "FILE", description = "The draft.")
        Path file = Path.of("");

        @Option(
                names = "--key",
                paramLabel = "FILE",
                required = true,
                description = "A key that signs; may be repeated.")
        List<Path> keys = List.of();

        @Override
        ExitCode run(Session session) throws Exception {
            Workbench bench = new Workbench(session);
            Optional<TrustedMetadata> trusted = bench.trustedRoot();
            Signing signing = new Signing(session, bench);
            Draft signed = signing.sign(Draft.read(file), keys, file, trusted);
            signing.tell(signed, file, trusted, "evenkeel catalogue publish");
            return ExitCode.OK;
        }
    }

    @Command(name = "publish", description = "Publish a draft that enough people have signed.")
    static final class Publish extends Verb {
        @Parameters(paramLabel = "FILE", description = "The draft.")
        Path file = Path.of("");

        @Override
        ExitCode run(Session session) throws Exception {
            Workbench bench = new Workbench(session);
            bench.publish(Draft.read(file));
            show(session);
            return ExitCode.OK;
        }
    }
}
