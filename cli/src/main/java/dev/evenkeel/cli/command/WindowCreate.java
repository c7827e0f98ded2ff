package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code evenkeel window create}. */
@Command(
        name = "create",
        description = {
            "Make a window; it counts for nobody until it is assigned.",
            "Its fields are those of Azure's maintenance configurations, from a file, from options, or both."
        })
final class WindowCreate extends Verb {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Its name; each owner has it once.")
    @Nullable
    String name;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description =
                    "YAML or JSON with name, tenant, startDateTime, expirationDateTime, duration, timeZone, recurEvery.")
    @Nullable
    Path file;

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "Whose VMs alone it is for; without it, the region's.")
    @Nullable
    String tenant;

    @Option(
            names = "--start",
            paramLabel = "TIME",
            description = "First day and time of day, such as \"2026-03-01 22:00\", by the zone's clocks.")
    @Nullable
    String start;

    @Option(names = "--expires", paramLabel = "TIME", description = "Nothing is open from then on (default: never).")
    @Nullable
    String expires;

    @Option(
            names = "--duration",
            paramLabel = "HH:mm",
            description = "How long it stays open, 02:00 (default) to 23:59.")
    @Nullable
    String duration;

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description = "Such as Europe/Berlin or \"Pacific Standard Time\".")
    @Nullable
    String timeZone;

    @Option(
            names = "--recur-every",
            paramLabel = "TEXT",
            description = {
                "Such as Day, 3Days, \"Week Saturday,Sunday\", 2Weeks, \"Month day23,day24\",",
                "\"Month Fourth Monday\" or \"Month Last Sunday Offset-3\"."
            })
    @Nullable
    String recurEvery;

    @Mixin
    ReasonOption why = new ReasonOption();

    @Override
    ExitCode run(Session session) {
        ObjectNode body = file == null ? Json.object() : read(file);
        put(body, "name", name);
        put(body, "tenant", tenant);
        put(body, "startDateTime", start);
        put(body, "expirationDateTime", expires);
        put(body, "duration", duration);
        put(body, "timeZone", timeZone);
        put(body, "recurEvery", recurEvery);
        put(body, "reason", why.reason);
        JsonNode made = session.api().order(body, WindowCommand.WINDOWS);
        session.one(made, it -> WindowCommand.words(session, it));
        return ExitCode.OK;
    }

    private static void put(ObjectNode body, String field, @Nullable String value) {
        if (value != null) {
            body.put(field, value);
        }
    }

    private static ObjectNode read(Path file) {
        try {
            // JSON is YAML, too.
            if (new YAMLMapper().readTree(Files.readString(file)) instanceof ObjectNode object) {
                return object;
            }
            throw new CommandFailed(ExitCode.USAGE, file + " has no fields; write them as name: value, line by line");
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, file + " cannot be read");
        } catch (JacksonException e) {
            throw new CommandFailed(ExitCode.USAGE, file + " is not good YAML: " + e.getMessage());
        }
    }
}
