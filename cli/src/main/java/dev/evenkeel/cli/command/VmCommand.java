package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.cli.watch.RunWatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel vm …}. */
@Command(
        name = "vm",
        aliases = "vms",
        description = "VMs: see them, say what may be done to one, move one.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            VmCommand.Ls.class,
            VmCommand.Show.class,
            VmSet.class,
            VmMaintenance.class,
            VmCommand.Migrate.class
        })
final class VmCommand {
    private VmCommand() {}

    static Table<JsonNode> table() {
        return Table.of(
                Column.of("VM", Fields.text("name")),
                Column.of("TENANT", Fields.text("tenant")),
                Column.of("HOST", Fields.text("host")),
                Column.state("STATE", Fields.text("state")),
                Column.number("MEMORY", Fields.size("memoryBytes")),
                Column.of("VMM", VmCommand::vmm),
                Column.of("MAX PAUSE", Fields.millis("intent", "maxPauseMs")),
                Column.of("OBSTACLES", codes("obstacles")),
                Column.of("TIES", codes("ties")).wide(),
                Column.of("ID", Fields.text("id")).wide(),
                Column.of("SET", Fields.text("availabilitySet")).wide(),
                Column.of("TAGS", Fields.pairs("tags")).wide(),
                Column.number("DIRTIES", VmCommand::dirtyRate).wide(),
                Column.number("VCPUS", Fields.text("vcpus")).wide(),
                Column.of("MIGRATION", Fields.text("intent", "migration")).wide(),
                Column.of("POST-COPY", Fields.text("intent", "postCopy")).wide(),
                Column.of("RESTART", Fields.text("intent", "restart")).wide(),
                Column.of("NOTICE", VmCommand::notice).wide());
    }

    private static String dirtyRate(JsonNode vm) {
        String rate = Fields.size("dirtyRateBytesPerSecond").apply(vm);
        return rate.isEmpty() ? "" : rate + "/s";
    }

    private static String vmm(JsonNode vm) {
        return Json.textOr("", vm, "vmm")
                + (vm.path("onOldVmm").asBoolean(false) ? " (old)" : "")
                + (vm.path("aside").asBoolean(false) ? " (set aside)" : "");
    }

    private static String notice(JsonNode vm) {
        return vm.path("intent").path("noticeMs").asLong() == 0
                ? "none needed"
                : Fields.millis("intent", "noticeMs").apply(vm);
    }

    private static Function<JsonNode, String> codes(String field) {
        return vm -> {
            StringJoiner codes = new StringJoiner(",");
            vm.path(field).forEach(refusal -> codes.add(Json.textOr("?", refusal, "code")));
            return codes.toString();
        };
    }

    @Command(name = "ls", aliases = "list", description = "List the VMs, by name.")
    static final class Ls extends Verb {
        @Option(names = "--host", paramLabel = "HOST", description = "Only those on this host.")
        @Nullable
        String host;

        @Option(names = "--tenant", paramLabel = "TENANT", description = "Only those of this tenant.")
        @Nullable
        String tenant;

        @Option(
                names = "--pending",
                description = "Only those that an update or anything announced is still to come to.")
        boolean pending;

        @Override
        ExitCode run(Session session) {
            Query query = Query.NONE.with("host", host).with("tenant", tenant);
            List<JsonNode> vms =
                    new ArrayList<>(session.api().list(query, "vms").all());
            if (pending) {
                Set<String> waiting = VmMaintenance.pending(session);
                vms.removeIf(vm -> !waiting.contains(Finder.id(vm)));
            }
            vms.sort(Comparator.comparing(Fields.text("name")));
            session.list(vms, table(), "no VMs");
            return ExitCode.OK;
        }
    }

    @Command(
            name = "show",
            description = "Show one VM: what its owner allows, and what stands in the way of a move or a new VMM.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "VM", description = "UUID or name.")
        String vm = "";

        @Override
        ExitCode run(Session session) {
            session.one(Finder.find(session, "vms", vm), it -> words(session, it));
            return ExitCode.OK;
        }

        static void words(Session session, JsonNode vm) {
            session.field("vm", Json.text(vm, "name"));
            session.field("id", Finder.id(vm));
            session.field("tenant", Json.text(vm, "tenant"));
            session.field("availability set", Json.text(vm, "availabilitySet"));
            session.field("tags", Fields.pairs("tags").apply(vm));
            session.field("host", Json.text(vm, "host"));
            session.field("state", session.paint().state(Json.textOr("", vm, "state")));
            session.field("vcpus", Json.text(vm, "vcpus"));
            session.field("memory", Fields.size("memoryBytes").apply(vm));
            session.field("dirties", dirtyRate(vm));
            session.field("local storage", Fields.yesNo("localStorage").apply(vm));
            session.field("vmm", vmm(vm));
            session.field("max pause", Fields.millis("intent", "maxPauseMs").apply(vm));
            session.field("migration", Json.text(vm, "intent", "migration"));
            session.field("post-copy", Json.text(vm, "intent", "postCopy"));
            session.field("restart", Json.text(vm, "intent", "restart"));
            session.field("on host failure", Json.text(vm, "intent", "onHostFailure"));
            session.field("notice", notice(vm));
            for (JsonNode setting : vm.path("settings")) {
                session.field(
                        "set",
                        Json.textOr("?", setting, "name") + " " + Json.textOr("", setting, "set")
                                + " by the API; the metadata says "
                                + Json.textOr("nothing", setting, "metadata"));
            }
            for (JsonNode one : vm.path("exemptions")) {
                session.field(
                        "exempt",
                        "until " + Json.textOr("?", one, "until") + " from "
                                + Json.textOr("all maintenance", one, "update") + ": "
                                + Json.textOr("", one, "reason") + " (" + Json.textOr("?", one, "id") + ")");
            }
            vm.path("obstacles")
                    .forEach(obstacle -> session.field(
                            "obstacle", Json.textOr("?", obstacle, "code") + ": " + Session.why(obstacle)));
            vm.path("misread").forEach(wrong -> session.field("misread", Json.textOr("?", wrong, "why")));
            vm.path("ties")
                    .forEach(tie -> session.field("tie", Json.textOr("?", tie, "code") + ": " + Session.why(tie)));
        }
    }

    @Command(name = "migrate", description = "Live-migrate one VM.")
    static final class Migrate extends Verb {
        @Parameters(paramLabel = "VM", description = "UUID or name.")
        String vm = "";

        @Option(names = "--to", paramLabel = "HOST", description = "Where to; by default the best host.")
        @Nullable
        String to;

        @Mixin
        ReasonOption why = new ReasonOption();

        @Mixin
        WaitOptions wait = new WaitOptions();

        @Override
        ExitCode run(Session session) throws InterruptedException {
            ObjectNode body = why.body();
            if (to != null) {
                body.put("target", Finder.id(Finder.find(session, "hosts", to)));
            }
            String id = Finder.id(Finder.find(session, "vms", vm));
            return RunWatch.ordered(session, session.api().order(body, "vms", id, "migrate"), wait.chosen());
        }
    }
}
