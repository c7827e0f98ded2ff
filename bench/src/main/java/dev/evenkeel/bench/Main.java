package dev.evenkeel.bench;

import dev.evenkeel.bench.demo.DemoCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code evenkeel demo} and {@code evenkeel bench NAME}: one subcommand each. */
@Command(
        name = "bench",
        description = "Measure Evenkeel against a named rival, and say which bars hold.",
        synopsisSubcommandLabel = "NAME",
        mixinStandardHelpOptions = true,
        subcommands = {
            DemoCommand.class,
            Dst.class,
            HotPatchBench.class,
            MetadataBench.class,
            MigrationBench.class,
            OverheadBench.class,
            PreserveBench.class,
            WindowBench.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // The agent's code logs; beside tables only its warnings are of use. A setting of the user's goes first.
        System.getProperties().putIfAbsent("logback.configurationFile", "dev/evenkeel/bench/logback.xml");
        System.exit(new CommandLine(new Main())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("error: " + failure.getMessage());
                    return 1;
                })
                .execute(args));
    }
}
