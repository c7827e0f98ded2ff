package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One verb of the command line. */
abstract class Verb implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    CommandSpec spec;

    /** Does the work; what goes wrong is thrown as {@link dev.evenkeel.cli.CommandFailed}. */
    abstract ExitCode run(Session session) throws Exception;

    @Override
    public final Integer call() throws Exception {
        Evenkeel top = (Evenkeel) spec.root().userObject();
        try (Session session = top.session()) {
            return run(session).number();
        }
    }
}
