package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.signin.Login;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code evenkeel logout}. */
@Command(name = "logout", description = "Forget the sign-in for this server, here and at the provider.")
final class LogoutCommand extends Verb {
    @Override
    ExitCode run(Session session) throws IOException {
        session.note(Login.out(session.place().signIn()) ? "signed out" : "you were not signed in");
        return ExitCode.OK;
    }
}
