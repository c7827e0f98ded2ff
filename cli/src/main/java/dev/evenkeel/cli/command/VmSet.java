package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel vm set}. */
@Command(name = "set", description = "Say what may be done to a VM: it goes before what the VM's metadata says.")
final class VmSet extends Verb {
    @Parameters(paramLabel = "VM", description = "UUID or name.")
    String vm = "";

    @Option(
            names = "--max-pause",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "The longest pause that may be planned for it, such as 2s.")
    @Nullable
    Duration maxPause;

    @Option(names = "--migration", paramLabel = "WORD", description = "allowed, avoid or never.")
    @Nullable
    String migration;

    @Option(names = "--post-copy", paramLabel = "WORD", description = "allowed or never.")
    @Nullable
    String postCopy;

    @Option(names = "--restart", paramLabel = "WORD", description = "never or consent.")
    @Nullable
    String restart;

    @Option(names = "--on-host-failure", paramLabel = "WORD", description = "leave or restart.")
    @Nullable
    String onHostFailure;

    @Option(
            names = "--notice",
            paramLabel = "TIME",
            converter = NoticeTime.class,
            description =
                    "How long before a felt interruption its owner is told, such as 15m, at most 28d; 0s: nobody waits.")
    @Nullable
    Duration notice;

    @Option(names = "--availability-set", paramLabel = "NAME", description = "The set it is in; \"\" for none.")
    @Nullable
    String availabilitySet;

    @Option(
            names = "--tag",
            paramLabel = "KEY=VALUE",
            split = ",",
            description = "All of its tags, in place of those that it has; may be repeated.")
    Map<String, String> tags = Map.of();

    @Option(names = "--no-tags", description = "No tags, not even its metadata's.")
    boolean noTags;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Whose it is; for operators.")
    @Nullable
    String tenant;

    @Option(
            names = "--reset",
            paramLabel = "NAME",
            description = "For this one the metadata counts again, such as max-pause; may be repeated.")
    List<String> reset = List.of();

    @Mixin
    ReasonOption why = new ReasonOption();

    @Override
    ExitCode run(Session session) {
        ObjectNode body = why.body();
        int before = body.size();
        put(body, "maxPause", maxPause);
        put(body, "migration", migration);
        put(body, "postCopy", postCopy);
        put(body, "restart", restart);
        put(body, "onHostFailure", onHostFailure);
        put(body, "notice", notice);
        put(body, "availabilitySet", availabilitySet);
        put(body, "tenant", tenant);
        if (noTags && !tags.isEmpty()) {
            throw new CommandFailed(ExitCode.USAGE, "--tag and --no-tags say two things: leave one out");
        }
        if (noTags || !tags.isEmpty()) {
            tags.forEach(body.putObject("tags")::put);
        }
        if (!reset.isEmpty()) {
            ArrayNode names = body.putArray("reset");
            reset.forEach(name -> names.add(field(name)));
        }
        if (body.size() == before) {
            throw new CommandFailed(
                    ExitCode.USAGE, "nothing to set: give --max-pause, --notice or another; see --help");
        }
        String id = Finder.id(Finder.find(session, "vms", vm));
        session.one(session.api().change(body, "vms", id), it -> VmCommand.Show.words(session, it));
        return ExitCode.OK;
    }

    /** A length of time, or none. */
    static final class NoticeTime implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return text.matches("0[smhd]?|PT0S") ? Duration.ZERO : new Durations().convert(text);
        }
    }

    private static void put(ObjectNode body, String field, @Nullable Object value) {
        if (value != null) {
            body.put(field, value.toString());
        }
    }

    /** The API's name for an option's: maxPause for max-pause. */
    private static String field(String option) {
        StringBuilder name = new StringBuilder();
        for (String part : option.split("-")) {
            name.append(
                    name.isEmpty() || part.isEmpty()
                            ? part
                            : Character.toUpperCase(part.charAt(0)) + part.substring(1));
        }
        return name.toString();
    }
}
