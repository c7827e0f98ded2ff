package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Format;
import dev.evenkeel.cli.output.Structured;
import dev.evenkeel.cli.output.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel update …}. */
@Command(
        name = "update",
        aliases = "updates",
        description = "Updates: make, sign, publish and revoke them, see them.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            UpdateCreate.class,
            UpdateSigning.Sign.class,
            UpdateSigning.Publish.class,
            UpdateSigning.Revoke.class,
            UpdateSigning.Verify.class,
            UpdateCommand.Apply.class,
            UpdateCommand.Ls.class,
            UpdateCommand.Show.class
        })
final class UpdateCommand {
    private UpdateCommand() {}

    @Command(
            name = "apply",
            description = {
                "Register an unsigned update: upload the payloads that the server lacks, then the manifest.",
                "Refused once the catalogue has a root. Doing it twice is fine."
            })
    static final class Apply extends Verb {
        @Option(
                names = {"-f", "--file"},
                required = true,
                paramLabel = "FILE|DIR",
                description = {
                    "The manifest (YAML or JSON), or the directory with update.yaml; the payload files lie beside it."
                })
        Path file = Path.of("");

        @Override
        ExitCode run(Session session) {
            ManifestFile manifest = ManifestFile.read(file);
            new PayloadUpload(session).upload(manifest.payloads());
            JsonNode update = session.api().order(manifest.text(), manifest.contentType(), "updates");
            session.one(update, it -> session.out().println("update " + Finder.id(it) + " applied"));
            return ExitCode.OK;
        }
    }

    @Command(name = "ls", aliases = "list", description = "List the updates.")
    static final class Ls extends Verb {
        @Override
        ExitCode run(Session session) {
            Table<JsonNode> table = Table.of(
                    Column.of("UPDATE", Fields.text("id")),
                    Column.of("COMPONENT", Fields.text("component")),
                    Column.of("VERSION", Fields.text("version")),
                    Column.of("SEVERITY", Fields.text("severity")),
                    Column.of("METHODS", UpdateCommand::methods),
                    Column.of("SIGNATURE", Fields.text("signature")),
                    Column.of("TITLE", Fields.text("title")));
            session.list(session.api().list(Query.NONE, "updates").all(), table, "no updates");
            return ExitCode.OK;
        }
    }

    private static String methods(JsonNode update) {
        List<String> methods = new ArrayList<>();
        update.path("methods").forEach(method -> methods.add(method.asString()));
        return String.join(",", methods);
    }

    @Command(name = "show", description = "Show one update and its manifest.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "UPDATE", description = "Its id.")
        String update = "";

        @Override
        ExitCode run(Session session) {
            session.one(Finder.find(session, "updates", update), it -> words(session, it));
            return ExitCode.OK;
        }

        private static void words(Session session, JsonNode update) {
            session.field("update", Finder.id(update));
            session.field("component", Json.text(update, "component"));
            session.field("version", Json.text(update, "version"));
            session.field("severity", Json.text(update, "severity"));
            session.field("title", Json.text(update, "title"));
            session.field("methods", methods(update));
            session.field("signature", Json.text(update, "signature"));
            session.out().println();
            String manifest = Structured.print(update.path("manifest"), Format.yaml);
            session.out().print(manifest.lines().map(line -> "  " + line + "\n").collect(Collectors.joining()));
        }
    }
}
