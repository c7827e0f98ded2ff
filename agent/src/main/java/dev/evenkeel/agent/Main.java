package dev.evenkeel.agent;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The agent's commands: join a fleet once, then run for ever. */
@Command(
        name = "evenkeel agent",
        description = "The part of Evenkeel that lives on a host.",
        mixinStandardHelpOptions = true,
        subcommands = {HandoverCommand.class, JoinCommand.class, KernelCommand.class, RunCommand.class})
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Logs.toStderr();
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getErr().println("evenkeel agent: " + why(e));
                    return 1;
                });
    }

    private static String why(Throwable e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        Throwable cause = e.getCause();
        return cause == null || cause.getMessage() == null || message.contains(cause.getMessage())
                ? message
                : message + ": " + cause.getMessage();
    }
}
