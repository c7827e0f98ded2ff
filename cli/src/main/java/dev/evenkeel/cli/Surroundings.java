package dev.evenkeel.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;

/**
 * Everything that a command takes from the process it runs in; tests give their own.
 *
 * @param terminal whether a person is looking: colours and lines that change in place are welcome
 * @param zone for times of day in stories; machine formats are always UTC
 */
public record Surroundings(
        PrintWriter out,
        PrintWriter err,
        Map<String, String> environment,
        InstantSource clock,
        ZoneId zone,
        boolean terminal) {

    /** Those of this process. Output is UTF-8 whatever the locale: a bare container has none, and its terminal does. */
    static Surroundings ofProcess() {
        return new Surroundings(
                writer(FileDescriptor.out, false),
                writer(FileDescriptor.err, true),
                System.getenv(),
                InstantSource.system(),
                ZoneId.systemDefault(),
                isTerminal() && !"dumb".equals(System.getenv("TERM")));
    }

    /** The launcher knows it for nothing; Java takes a tenth of a start to find out. */
    @SuppressWarnings(
            "SystemConsoleNull") // the console of java.base, the default since JDK 25, is null without a terminal
    private static boolean isTerminal() {
        String told = System.getProperty("evenkeel.terminal");
        if (told != null) {
            return Boolean.parseBoolean(told);
        }
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private static PrintWriter writer(FileDescriptor descriptor, boolean flushLines) {
        return new PrintWriter(
                new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), flushLines);
    }
}
