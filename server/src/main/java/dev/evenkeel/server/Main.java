package dev.evenkeel.server;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The server's commands. */
@Command(
        name = "evenkeel server",
        description = "The part of Evenkeel that decides: API, agents' gateway, engine and database.",
        mixinStandardHelpOptions = true,
        subcommands = ServeCommand.class)
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main())
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println("evenkeel server: " + (e.getMessage() == null ? e : e.getMessage()));
                    return 1;
                })
                .execute(args));
    }
}
