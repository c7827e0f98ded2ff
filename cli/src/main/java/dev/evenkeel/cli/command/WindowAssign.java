package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel window assign} and {@code unassign}. */
final class WindowAssign {
    private WindowAssign() {}

    /** What a window is assigned to. */
    static final class Target {
        @Option(names = "--vm", paramLabel = "VM", description = "This VM, by UUID or name.")
        @Nullable
        String vm;

        @Option(names = "--host", paramLabel = "HOST", description = "This host, and the VMs on it.")
        @Nullable
        String host;

        @Option(names = "--tenant", paramLabel = "TENANT", description = "All VMs of this tenant, those to come too.")
        @Nullable
        String tenant;

        @Option(
                names = "--availability-set",
                paramLabel = "SET",
                description = "All VMs of this availability set; goes with --tenant, --name and --tag.")
        @Nullable
        String availabilitySet;

        @Option(
                names = "--name",
                paramLabel = "PATTERN",
                description = "All VMs of such a name, in which * stands for any characters and ? for one.")
        @Nullable
        String name;

        @Option(
                names = "--tag",
                paramLabel = "KEY=VALUE",
                split = ",",
                description = "All VMs that have this tag, among others; may be repeated.")
        Map<String, String> tags = Map.of();

        private boolean filters() {
            return tenant != null || availabilitySet != null || name != null || !tags.isEmpty();
        }

        /** @throws CommandFailed unless it is one thing */
        void requireOne() {
            long said = Stream.of(vm, host).filter(Objects::nonNull).count() + (filters() ? 1 : 0);
            if (said != 1) {
                throw new CommandFailed(
                        ExitCode.USAGE,
                        "say one thing: --vm, --host, or a filter of --tenant, --availability-set, --name and --tag");
            }
        }

        ObjectNode body() {
            ObjectNode body = Json.object();
            if (vm != null) {
                return body.put("vm", vm);
            }
            if (host != null) {
                return body.put("host", host);
            }
            ObjectNode filter = body.putObject("filter");
            if (tenant != null) {
                filter.put("tenant", tenant);
            }
            if (availabilitySet != null) {
                filter.put("availabilitySet", availabilitySet);
            }
            if (name != null) {
                filter.put("name", name);
            }
            if (!tags.isEmpty()) {
                new TreeMap<>(tags).forEach(filter.putObject("tags")::put); // in the order in which they are told
            }
            return body;
        }

        /** @param vmId the id of the VM, if one is meant */
        private boolean is(JsonNode assignment, @Nullable String vmId) {
            JsonNode filter = assignment.path("filter");
            return filters()
                    ? filter.isObject()
                            && Objects.equals(Json.text(filter, "tenant"), tenant)
                            && Objects.equals(Json.text(filter, "availabilitySet"), availabilitySet)
                            && Objects.equals(Json.text(filter, "name"), name)
                            && Fields.pairs("tags")
                                    .apply(filter)
                                    .equals(Fields.pairs("tags").apply(body().path("filter")))
                    : !filter.isObject()
                            && Objects.equals(Json.text(assignment, "vm"), vmId)
                            && Objects.equals(Json.text(assignment, "host"), host);
        }
    }

    @Command(
            name = "assign",
            description = {
                "Assign a window to a VM, a host, or all VMs that a filter takes.",
                "For a VM the most particular count alone: its own, else its host's, else its tenant's by filter, else the region's."
            })
    static final class Assign extends Verb {
        @Parameters(paramLabel = "WINDOW", description = "Name or id.")
        String window = "";

        @Mixin
        Target target = new Target();

        @Mixin
        ReasonOption why = new ReasonOption();

        @Override
        ExitCode run(Session session) {
            target.requireOne();
            ObjectNode body = target.body();
            if (why.reason != null) {
                body.put("reason", why.reason);
            }
            JsonNode now = session.api().order(body, WindowCommand.WINDOWS, window, "assignments");
            session.one(now, it -> WindowCommand.words(session, it));
            return ExitCode.OK;
        }
    }

    @Command(name = "unassign", description = "End an assignment, which is named as it was made.")
    static final class Unassign extends Verb {
        @Parameters(paramLabel = "WINDOW", description = "Name or id.")
        String window = "";

        @Mixin
        Target target = new Target();

        @Override
        ExitCode run(Session session) {
            target.requireOne();
            JsonNode found = session.api().get(Query.NONE, WindowCommand.WINDOWS, window);
            // A VM that is gone can still be named by its id.
            String vm = target.vm == null || isAssigned(found, target.vm)
                    ? target.vm
                    : Finder.id(Finder.find(session, "vms", target.vm));
            List<JsonNode> its = found.path("assignments")
                    .valueStream()
                    .filter(one -> target.is(one, vm))
                    .toList();
            if (its.isEmpty()) {
                throw new CommandFailed(
                        ExitCode.NOT_FOUND,
                        "window " + window + " is not assigned to that; see: evenkeel window show " + window);
            }
            JsonNode now = session.api()
                    .remove(WindowCommand.WINDOWS, Finder.id(found), "assignments", Finder.id(its.getFirst()));
            session.one(now, it -> WindowCommand.words(session, it));
            return ExitCode.OK;
        }

        private static boolean isAssigned(JsonNode window, String vm) {
            return window.path("assignments").valueStream().anyMatch(one -> vm.equals(Json.text(one, "vm")));
        }
    }
}
