package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import picocli.CommandLine.Command;

/**
 * The parts that the launcher {@code ./evenkeel} starts by itself. They stand here so that help, completion and the
 * manual name everything that can be typed.
 */
final class LauncherCommands {
    private LauncherCommands() {}

    @Command(name = "demo", description = "Roll a real update over a lab of three hosts, and measure what VMs feel.")
    static final class Demo extends ByLauncher {}

    @Command(name = "test", description = "Build and run all tests, or one test class.")
    static final class Test extends ByLauncher {}

    @Command(name = "server", description = "Run the server.")
    static final class Server extends ByLauncher {}

    @Command(name = "agent", description = "Run the agent of this host.")
    static final class Agent extends ByLauncher {}

    @Command(name = "lab", description = "Make and remove a lab: hosts and VMs on this one machine.")
    static final class Lab extends ByLauncher {}

    @Command(name = "bench", description = "Measure, and say which bars hold.")
    static final class Bench extends ByLauncher {}

    /** Started without the launcher, they can only say so. */
    abstract static class ByLauncher extends Verb {
        @Override
        ExitCode run(Session session) {
            throw new CommandFailed(
                    ExitCode.USAGE, "\"" + spec.name() + "\" is started by the launcher: ./evenkeel " + spec.name());
        }
    }
}
