package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.cli.watch.RolloutWatch;
import dev.evenkeel.cli.watch.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel rollout …}. */
@Command(
        name = "rollout",
        aliases = "rollouts",
        description = "Rollouts: start one, watch it, stop it.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            RolloutCommand.Start.class,
            RolloutCommand.Undo.class,
            RolloutCommand.Ls.class,
            RolloutCommand.Status.class,
            RolloutCommand.Watching.class,
            RolloutCommand.Pause.class,
            RolloutCommand.Resume.class,
            RolloutCommand.Cancel.class
        })
final class RolloutCommand {
    private RolloutCommand() {}

    /** A rollout that is to begin. */
    abstract static class Begin extends Verb {
        private final String begun;

        @Parameters(paramLabel = "UPDATE", description = "Its id.")
        String update = "";

        @Mixin
        HostSelection hosts = new HostSelection();

        @Option(
                names = "--ring",
                paramLabel = "HOST[,HOST...]",
                description = "The hosts of one ring, in place of a selection; each further one is the next ring.")
        List<String> rings = new ArrayList<>();

        @Mixin
        PolicyOptions policy = new PolicyOptions();

        @Mixin
        ReasonOption why = new ReasonOption();

        @Mixin
        WaitOptions wait = new WaitOptions();

        Begin(String begun) {
            this.begun = begun;
        }

        abstract void describe(ObjectNode order);

        @Override
        ExitCode run(Session session) throws InterruptedException {
            ObjectNode order = hosts.order(session, update);
            describe(order);
            for (String ring : rings) {
                ArrayNode ids = order.withArray("rings").addArray();
                for (String host : ring.split(",", -1)) {
                    ids.add(Finder.id(Finder.find(session, "hosts", host)));
                }
            }
            ObjectNode chosen = policy.chosen();
            if (!chosen.isEmpty()) {
                order.set("policy", chosen);
            }
            order.setAll(why.body());
            JsonNode rollout = session.api().order(order, "rollouts");
            String id = Finder.id(rollout);
            if (wait.chosen().stay()) {
                return RolloutWatch.follow(session, id, wait.chosen(), 0L);
            }
            session.one(rollout, it -> {
                session.out().println("rollout " + id + " " + begun);
                session.note("follow it with: evenkeel rollout watch " + id);
            });
            return ExitCode.OK;
        }
    }

    @Command(name = "start", description = "Start a rollout of an update; without a selection, over all hosts.")
    static final class Start extends Begin {
        Start() {
            super("started");
        }

        @Override
        void describe(ObjectNode order) {}
    }

    @Command(
            name = "undo",
            description = {
                "Take a hot patch back from the hosts that have it live; without a selection, from all.",
                "No VM feels it. What a host had live before the patch is live again."
            })
    static final class Undo extends Begin {
        Undo() {
            super("started, which takes it back");
        }

        @Override
        void describe(ObjectNode order) {
            order.put("back", true);
        }
    }

    @Command(name = "ls", aliases = "list", description = "List the rollouts, newest first.")
    static final class Ls extends Verb {
        @Mixin
        LimitOption limit = new LimitOption();

        @Override
        ExitCode run(Session session) {
            Table<JsonNode> table = Table.of(
                    Column.of("ROLLOUT", Fields.text("id")),
                    Column.of("UPDATE", RolloutWatch::what),
                    Column.state("STATE", Fields.standing()),
                    Column.of("HOSTS", RolloutWatch::tally),
                    Column.of("AGE", Fields.age(session, "orderedAt")),
                    Column.of("WHY", rollout -> Session.why(rollout.path("why"))),
                    Column.of("BY", Fields.text("orderedBy")).wide(),
                    Column.of("REASON", Fields.text("reason")).wide());
            limit.list(session, Query.NONE, table, "no rollouts", "rollouts");
            return ExitCode.OK;
        }
    }

    /** A rollout that may be left out for the newest. */
    abstract static class OnOne extends Verb {
        @Parameters(
                paramLabel = "ROLLOUT",
                arity = "0..1",
                description = "Its id, or 4 or more characters of it that no other has; by default the newest.")
        @Nullable
        String rollout;

        JsonNode found(Session session) {
            if (rollout != null) {
                return Finder.find(session, "rollouts", rollout);
            }
            List<JsonNode> newest =
                    session.api().list(Query.NONE, "rollouts").first(1).items();
            if (newest.isEmpty()) {
                throw new CommandFailed(ExitCode.NOT_FOUND, "there is no rollout yet");
            }
            return newest.getFirst();
        }
    }

    @Command(name = "status", aliases = "show", description = "Show one rollout, host by host.")
    static final class Status extends OnOne {
        @Override
        ExitCode run(Session session) {
            session.one(found(session), it -> {
                RolloutWatch.snapshot(session, it).forEach(session.out()::println);
                session.field("why", Session.why(it.path("why")));
                session.field("reason", Json.text(it, "reason"));
            });
            return ExitCode.OK;
        }
    }

    @Command(name = "watch", description = "Show what a rollout does until it ends; ends with 1 unless it is done.")
    static final class Watching extends OnOne {
        @Option(
                names = "--timeout",
                paramLabel = "TIME",
                converter = Durations.class,
                description = "Stop watching after this long (exit code 7); the rollout goes on.")
        @Nullable
        Duration timeout;

        @Option(names = "--from-start", description = "Tell what has happened before, too.")
        boolean fromStart;

        @Override
        ExitCode run(Session session) throws InterruptedException {
            Wait wait = new Wait(true, true, Optional.ofNullable(timeout));
            return RolloutWatch.follow(session, Finder.id(found(session)), wait, fromStart ? 0L : null);
        }
    }

    /** An order on a rollout, which must be named. */
    abstract static class Order extends Verb {
        private final String order;

        @Parameters(paramLabel = "ROLLOUT", description = "Its id, or 4 or more characters of it that no other has.")
        String rollout = "";

        @Mixin
        ReasonOption why = new ReasonOption();

        Order(String order) {
            this.order = order;
        }

        @Override
        ExitCode run(Session session) {
            String id = Finder.id(Finder.find(session, "rollouts", rollout));
            JsonNode answer = session.api().order(why.body(), "rollouts", id, order);
            session.one(
                    answer,
                    it -> session.out()
                            .println("rollout " + id + ": " + session.paint().state(Session.standing(it))));
            return ExitCode.OK;
        }
    }

    @Command(name = "pause", description = "Start no further host; hosts under way go on to their end.")
    static final class Pause extends Order {
        Pause() {
            super("pause");
        }
    }

    @Command(name = "resume", description = "Go on with a paused or halted rollout.")
    static final class Resume extends Order {
        Resume() {
            super("resume");
        }
    }

    @Command(name = "cancel", description = "End a rollout; hosts under way are brought to a usable state first.")
    static final class Cancel extends Order {
        Cancel() {
            super("cancel");
        }
    }
}
