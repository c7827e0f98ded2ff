package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.EventStream;
import dev.evenkeel.cli.client.EventStream.Signal;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.watch.EventLine;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evenkeel events}. */
@Command(
        name = "events",
        aliases = "event",
        description = {
            "Show what has happened, oldest first; with -f, go on with what happens.",
            "With -o json there is one event on each line."
        })
final class EventsCommand extends Verb {
    /** Without -f the end is where the stream falls silent: the server sends what is stored in one go. */
    private static final Duration SILENT = Duration.ofSeconds(1);

    private static final Duration TICK = Duration.ofSeconds(5);

    @Option(
            names = {"-f", "--follow"},
            description = "Begin now and go on until interrupted.")
    boolean follow;

    @Option(
            names = "--after",
            paramLabel = "SEQUENCE",
            description = "Begin after this event; 0 is the very beginning, the default without -f.")
    @Nullable
    Long after;

    @Option(names = "--rollout", paramLabel = "ROLLOUT", description = "Only those of this rollout.")
    @Nullable
    String rollout;

    @Option(names = "--run", paramLabel = "RUN", description = "Only those of this run.")
    @Nullable
    String run;

    @Option(names = "--host", paramLabel = "HOST", description = "Only those of this host.")
    @Nullable
    String host;

    @Override
    ExitCode run(Session session) throws InterruptedException {
        Query query = Query.NONE.with("rollout", rollout).with("run", run).with("host", host);
        Long from = after == null && !follow ? Long.valueOf(0) : after;
        try (EventStream events = session.api().events(query, from)) {
            Optional<Signal> signal = events.next(follow ? TICK : SILENT);
            boolean any = false;
            while (follow || signal.isPresent()) {
                any |= signal.isPresent();
                signal.ifPresent(it -> tell(session, it));
                signal = events.next(follow ? TICK : SILENT);
            }
            if (!any) {
                session.note("no events");
            }
        }
        return ExitCode.OK;
    }

    private static void tell(Session session, Signal signal) {
        switch (signal) {
            case Signal.Happened happened -> {
                session.out().print(EventLine.print(session, happened.event()));
                session.out().flush();
            }
            case Signal.Lost lost -> session.note("lost the connection (" + lost.why() + "); trying again");
            case Signal.Back back -> session.note("connected again");
            case Signal.Refused refused -> throw refused.why();
        }
    }
}
