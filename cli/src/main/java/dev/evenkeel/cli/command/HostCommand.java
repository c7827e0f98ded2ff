package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.cli.watch.RunWatch;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel host …}. */
@Command(
        name = "host",
        aliases = "hosts",
        description = "Hosts: see them, take them out of placement, empty them.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            HostCommand.Ls.class,
            HostCommand.Show.class,
            HostCommand.Set.class,
            HostCommand.Cordon.class,
            HostCommand.Uncordon.class,
            HostCommand.Evacuate.class
        })
final class HostCommand {
    private HostCommand() {}

    private static Table<JsonNode> table(Session session) {
        return Table.of(
                Column.of("HOST", Fields.text("id")),
                Column.state("STATE", Fields.text("state")),
                Column.number("VMS", Fields.text("vms")),
                Column.of("VMM", Fields.text("versions", "qemu")),
                Column.of("KERNEL", Fields.text("versions", "kernel")),
                Column.of("RUN", Fields.text("run")),
                Column.of("SEEN", Fields.age(session, "observedAt")),
                Column.of("ADDRESS", Fields.text("address")).wide(),
                Column.of("LIBVIRT", Fields.text("versions", "libvirt")).wide(),
                Column.of("MICROCODE", Fields.text("versions", "microcode")).wide(),
                Column.number("CPUS", Fields.text("cpus")).wide(),
                Column.number("MEMORY", Fields.size("memoryBytes")).wide(),
                Column.number("FREE", Fields.size("freeMemoryBytes")).wide(),
                Column.of("DOMAIN", Fields.text("migrationDomain")).wide(),
                Column.of("DEDICATED TO", Fields.text("dedicatedTo")).wide(),
                Column.of("RACK", Fields.text("rack")).wide(),
                Column.of("ZONE", Fields.text("zone")).wide(),
                Column.of("REGION", Fields.text("region")).wide());
    }

    @Command(name = "ls", aliases = "list", description = "List the hosts.")
    static final class Ls extends Verb {
        @Override
        ExitCode run(Session session) {
            session.list(session.api().list(Query.NONE, "hosts").all(), table(session), "no hosts");
            return ExitCode.OK;
        }
    }

    @Command(name = "show", description = "Show one host and the VMs on it.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "HOST", description = "Id or name.")
        String host = "";

        @Override
        ExitCode run(Session session) {
            JsonNode found = Finder.find(session, "hosts", host);
            session.one(found, it -> words(session, it));
            return ExitCode.OK;
        }

        private static void words(Session session, JsonNode host) {
            session.field("host", Finder.id(host));
            session.field("name", Json.text(host, "name"));
            session.field("state", session.paint().state(Json.textOr("", host, "state")));
            session.field("cordon reason", Json.text(host, "cordonReason"));
            session.field("dedicated to", Json.text(host, "dedicatedTo"));
            session.field("run", Json.text(host, "run"));
            session.field("seen", Fields.age(session, "observedAt").apply(host) + " ago");
            session.field("address", Json.text(host, "address"));
            session.field(
                    "place",
                    Json.textOr("-", host, "region") + " / " + Json.textOr("-", host, "zone") + " / "
                            + Json.textOr("-", host, "rack"));
            session.field("migration domain", Json.text(host, "migrationDomain"));
            host.path("versions")
                    .properties()
                    .forEach(version ->
                            session.field(version.getKey(), version.getValue().asString("")));
            session.field(
                    "cpu",
                    Json.textOr("?", host, "cpus") + " × " + Json.textOr("?", host, "cpuModel") + ", "
                            + Json.textOr("?", host, "arch"));
            session.field(
                    "memory",
                    Fields.size("memoryBytes").apply(host) + ", "
                            + Fields.size("freeMemoryBytes").apply(host) + " free");
            List<String> capabilities = new ArrayList<>();
            host.path("capabilities").forEach(capability -> capabilities.add(capability.asString()));
            session.field("capabilities", String.join(" ", capabilities));
            session.out().println();
            session.list(
                    session.api()
                            .list(Query.NONE.with("host", Finder.id(host)), "vms")
                            .all(),
                    VmCommand.table(),
                    "no VMs on it");
        }
    }

    @Command(name = "set", description = "Say whose a host is; for operators. No VM is moved.")
    static final class Set extends Verb {
        @Parameters(paramLabel = "HOST", description = "Id or name.")
        String host = "";

        @Option(
                names = "--dedicated-to",
                paramLabel = "TENANT",
                required = true,
                description = "The only tenant whose VMs come here from now on; \"\" for everybody's.")
        String tenant = "";

        @Mixin
        ReasonOption why = new ReasonOption();

        @Override
        ExitCode run(Session session) {
            String id = Finder.id(Finder.find(session, "hosts", host));
            JsonNode answer = session.api().change(why.body().put("dedicatedTo", tenant), "hosts", id);
            session.one(
                    answer,
                    it -> session.out()
                            .println("host " + id
                                    + (tenant.isEmpty() ? " is everybody's" : " is dedicated to tenant " + tenant)));
            return ExitCode.OK;
        }
    }

    @Command(name = "cordon", description = "Take a host out of placement; no VM is moved.")
    static final class Cordon extends Order {
        Cordon() {
            super("cordon");
        }
    }

    @Command(name = "uncordon", description = "Give a host back to placement.")
    static final class Uncordon extends Order {
        Uncordon() {
            super("uncordon");
        }
    }

    /** An order on a host that is done when the server has taken it. */
    abstract static class Order extends Verb {
        private final String order;

        @Parameters(paramLabel = "HOST", description = "Id or name.")
        String host = "";

        @Mixin
        ReasonOption why = new ReasonOption();

        Order(String order) {
            this.order = order;
        }

        @Override
        ExitCode run(Session session) {
            String id = Finder.id(Finder.find(session, "hosts", host));
            JsonNode answer = session.api().order(why.body(), "hosts", id, order);
            session.one(answer, it -> session.out().println("host " + id + " " + order + "ed"));
            return ExitCode.OK;
        }
    }

    @Command(name = "evacuate", description = "Cordon a host and live-migrate its VMs away.")
    static final class Evacuate extends Verb {
        @Parameters(paramLabel = "HOST", description = "Id or name.")
        String host = "";

        @Mixin
        ReasonOption why = new ReasonOption();

        @Mixin
        WaitOptions wait = new WaitOptions();

        @Override
        ExitCode run(Session session) throws InterruptedException {
            String id = Finder.id(Finder.find(session, "hosts", host));
            return RunWatch.ordered(session, session.api().order(why.body(), "hosts", id, "evacuate"), wait.chosen());
        }
    }
}
