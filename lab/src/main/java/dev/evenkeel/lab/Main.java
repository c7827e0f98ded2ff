package dev.evenkeel.lab;

import java.io.IOException;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code evenkeel lab …}: a fleet of real hosts on this machine, to try and to break. */
@Command(
        name = "lab",
        description = "A fleet of real libvirt hosts on this machine, to try and to break.",
        mixinStandardHelpOptions = true,
        subcommands = {
            LabCommands.Up.class,
            LabCommands.Down.class,
            LabCommands.Status.class,
            LabCommands.Exec.class,
            LabCommands.Crash.class,
            LabCommands.Add.class,
            LabCommands.Update.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        Objects.requireNonNull(line.getSubcommands().get("exec"))
                .setStopAtPositional(true); // what follows the host is the command's
        return line.setExecutionExceptionHandler((error, command, _) -> {
            if (error instanceof IOException || error instanceof IllegalArgumentException) {
                command.getErr().println("lab: " + error.getMessage());
                return 1;
            }
            throw error;
        });
    }
}
