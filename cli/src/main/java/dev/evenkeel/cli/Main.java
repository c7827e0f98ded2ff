package dev.evenkeel.cli;

import dev.evenkeel.cli.command.Evenkeel;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of Evenkeel. */
public final class Main {
    private Main() {}

    static void main(String[] args) {
        Surroundings surroundings = Surroundings.ofProcess();
        int code = run(surroundings, args);
        surroundings.out().flush();
        System.exit(code);
    }

    /** Runs one command and returns its exit code; see {@link ExitCode}. */
    public static int run(Surroundings surroundings, String... args) {
        int code = commandLine(surroundings, args).execute(args);
        surroundings.out().flush();
        surroundings.err().flush();
        return code;
    }

    /** The parser for these words; without any, the parser with all its verbs. */
    static CommandLine commandLine(Surroundings surroundings, String... words) {
        CommandLine commandLine = new CommandLine(new Evenkeel(surroundings));
        Evenkeel.nounsOf(List.of(words)).forEach(commandLine::addSubcommand);
        commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(surroundings.out())
                .setErr(surroundings.err())
                .setUsageHelpLongOptionsMaxWidth(34)
                .setUsageHelpWidth(110)
                .setColorScheme(new CommandLine.Help.ColorScheme.Builder(CommandLine.Help.Ansi.OFF).build())
                .setParameterExceptionHandler((wrong, given) -> tellUsage(wrong, surroundings.err()))
                .setExecutionExceptionHandler((failure, command, parsed) -> tell(failure, surroundings.err()));
        commandLine.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE.number());
        return commandLine;
    }

    private static int tellUsage(ParameterException wrong, PrintWriter err) {
        err.println("error: " + wrong.getMessage());
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.println("  see: " + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE.number();
    }

    private static int tell(Exception failure, PrintWriter err) throws Exception {
        if (failure instanceof CommandFailed failed) {
            err.println("error: " + failed.getMessage());
            failed.more().forEach(line -> err.println("  " + line));
            return failed.code().number();
        }
        throw failure;
    }
}
