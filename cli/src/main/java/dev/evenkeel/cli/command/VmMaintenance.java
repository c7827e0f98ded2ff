package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel vm maintenance …}. */
@Command(
        name = "maintenance",
        description = "Updates of the hosts under VMs: how far each is, and when its owner lets it come.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            VmMaintenance.Ls.class,
            VmMaintenance.Start.class,
            VmMaintenance.Reschedule.class,
            VmMaintenance.Redeploy.class
        })
final class VmMaintenance {
    private static final Set<String> STILL_TO_COME = Set.of("PENDING", "IN_WINDOW", "CHOSEN", "SCHEDULED", "UNDER_WAY");

    private VmMaintenance() {}

    /** The ids of VMs on whose hosts an update is still to come, and of those that were told of anything that is. */
    static Set<String> pending(Session session) {
        Stream<JsonNode> updates = session.api().list(Query.NONE, "maintenance").all().stream()
                .filter(it -> STILL_TO_COME.contains(Json.textOr("", it, "status")));
        Stream<JsonNode> told = session.api().list(Query.NONE, "scheduled-events").all().stream();
        return Stream.concat(updates, told).map(it -> Json.textOr("", it, "vm")).collect(Collectors.toSet());
    }

    @Command(
            name = "ls",
            aliases = "list",
            description = {
                "List how far each VM is with each of the newest rollouts. IN_WINDOW: its owner may choose until CHOOSE UNTIL;",
                "CHOSEN: they have; SCHEDULED: it comes NOT BEFORE that time, or once it is approved."
            })
    static final class Ls extends Verb {
        @Option(names = "--vm", paramLabel = "VM", description = "Only this VM, by UUID.")
        @Nullable
        String vm;

        @Option(names = "--tenant", paramLabel = "TENANT", description = "Only the VMs of this tenant.")
        @Nullable
        String tenant;

        @Mixin
        LimitOption limit = new LimitOption();

        @Override
        ExitCode run(Session session) {
            Table<JsonNode> table = Table.of(
                    Column.of("VM", Fields.text("name")),
                    Column.of("TENANT", Fields.text("tenant")),
                    Column.of("UPDATE", Fields.text("update")),
                    Column.state("STATUS", Fields.text("status")),
                    Column.of("CHOOSE UNTIL", Fields.time("chooseUntil")),
                    Column.of("CHOSEN", Fields.time("chosen")),
                    Column.of("NOT BEFORE", Fields.time("notBefore")),
                    Column.of("BLOCKED BY", Fields.text("blockedBy")),
                    Column.of("WHY", it -> Session.why(it.path("why"))),
                    Column.of("CHOSEN BY", Fields.text("chosenBy")).wide(),
                    Column.of("ROLLOUT", Fields.text("rollout")).wide());
            Query query = Query.NONE.with("vm", vm).with("tenant", tenant);
            limit.list(session, query, table, "no VM is concerned by a rollout", "maintenance");
            return ExitCode.OK;
        }
    }

    @Command(
            name = "start",
            description = {
                "Let a VM be restarted at once for the update that waits for its owner's choice, or let the pause that it was",
                "told of come now."
            })
    static final class Start extends Verb {
        @Parameters(paramLabel = "VM", description = "UUID or name.")
        String vm = "";

        @Mixin
        ReasonOption why = new ReasonOption();

        @Override
        ExitCode run(Session session) {
            return choose(session, vm, "start", why.body());
        }
    }

    @Command(
            name = "reschedule",
            description = "Let a VM be restarted from a time on, no later than the window to choose ends.")
    static final class Reschedule extends Verb {
        @Parameters(index = "0", paramLabel = "VM", description = "UUID or name.")
        String vm = "";

        @Parameters(
                index = "1",
                paramLabel = "TIME",
                converter = Times.class,
                description = "With its zone, such as 2026-12-01T03:00:00Z or 2026-12-01T04:00:00+01:00.")
        Instant at = Instant.EPOCH;

        @Mixin
        ReasonOption why = new ReasonOption();

        @Override
        ExitCode run(Session session) {
            ObjectNode body = why.body();
            body.put("at", at.toString());
            return choose(session, vm, "reschedule", body);
        }
    }

    @Command(
            name = "redeploy",
            description = {
                "Shut a VM down and start it on another host, which has the update that waits for its owner's choice if one has.",
                "Its owner may at any time; operators only where its owner lets it be restarted and moved."
            })
    static final class Redeploy extends Verb {
        @Parameters(paramLabel = "VM", description = "UUID or name.")
        String vm = "";

        @Option(names = "--to", paramLabel = "HOST", description = "Where to; by default the best host.")
        @Nullable
        String to;

        @Mixin
        ReasonOption why = new ReasonOption();

        @Override
        ExitCode run(Session session) {
            ObjectNode body = why.body();
            if (to != null) {
                body.put("target", to);
            }
            JsonNode answer = session.api().order(body, "vms", vm, "maintenance", "redeploy");
            session.one(answer, it -> {
                String name = Json.textOr("", it, "name");
                session.out()
                        .println("VM " + name + " is shut down and started on another host by "
                                + Json.textOr("", it, "run"));
                session.note("follow it with: evenkeel scheduled-event ls --watch; afterwards: evenkeel ledger --vm "
                        + name);
            });
            return ExitCode.OK;
        }
    }

    /** Reads times that name their zone. */
    static final class Times implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "\"" + text + "\" is not a time with its zone, such as 2026-12-01T03:00:00Z");
            }
        }
    }

    private static ExitCode choose(Session session, String vm, String how, ObjectNode body) {
        JsonNode answer = session.api().order(body, "vms", vm, "maintenance", how);
        session.one(answer, it -> {
            String blocked = Json.textOr("", it, "blockedBy");
            session.out()
                    .println("VM " + Json.textOr("", it, "name") + " and update " + Json.textOr("", it, "update") + ": "
                            + session.paint().state(Json.textOr("", it, "status"))
                            + (blocked.isEmpty() ? "" : "; " + blocked));
        });
        return ExitCode.OK;
    }
}
