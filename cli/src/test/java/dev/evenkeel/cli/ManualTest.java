package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Keeps docs/cli.md true: what stands below its mark is what the parser really takes. */
final class ManualTest {
    private static final Path MANUAL = Path.of("../docs/cli.md");
    private static final Path FRESH = Path.of("target/cli.md");
    private static final String MARK = "<!-- Below this line ManualTest keeps every word. -->\n";

    @Test
    void theManualSaysWhatTheParserTakes() throws IOException {
        String manual = Files.readString(MANUAL);
        assertThat(manual).contains(MARK);
        String head = manual.substring(0, manual.indexOf(MARK) + MARK.length());

        Files.writeString(FRESH, head + reference());

        assertThat(manual)
                .as("docs/cli.md is out of date; mend it with: cp cli/target/cli.md docs/cli.md")
                .isEqualTo(Files.readString(FRESH));
    }

    private static String reference() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        CommandSpec top = Main.commandLine(
                        new Surroundings(nowhere, nowhere, Map.of(), InstantSource.system(), ZoneOffset.UTC, false))
                .getCommandSpec();
        StringBuilder text = new StringBuilder("\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n");
        for (ExitCode code : ExitCode.values()) {
            text.append("| ")
                    .append(code.number())
                    .append(" | ")
                    .append(code.meaning())
                    .append(" |\n");
        }
        text.append("\n## Options of every command\n\n");
        top.options().forEach(option -> text.append(line(option)));
        children(top).forEach(noun -> describe(noun, text));
        return text.toString();
    }

    private static void describe(CommandSpec command, StringBuilder text) {
        boolean noun = command.parent().parent() == null;
        text.append(noun ? "\n## " : "\n### ").append(command.qualifiedName()).append('\n');
        List<String> aliases = List.of(command.aliases());
        if (!aliases.isEmpty()) {
            text.append("\nAlso: `").append(String.join("`, `", aliases)).append("`.\n");
        }
        text.append('\n')
                .append(String.join(" ", command.usageMessage().description()))
                .append('\n');
        StringBuilder arguments = new StringBuilder();
        command.positionalParameters().forEach(parameter -> arguments.append(line(parameter)));
        command.options().stream()
                .filter(option -> !option.inherited())
                .forEach(option -> arguments.append(line(option)));
        if (!arguments.isEmpty()) {
            text.append('\n').append(arguments);
        }
        children(command).forEach(verb -> describe(verb, text));
    }

    /** Each subcommand once, although it stands in the model under its aliases too. */
    private static Iterable<CommandSpec> children(CommandSpec command) {
        LinkedHashSet<CommandSpec> children = new LinkedHashSet<>();
        for (CommandLine child : command.subcommands().values()) {
            children.add(child.getCommandSpec());
        }
        return children;
    }

    private static String line(ArgSpec argument) {
        String name = argument instanceof OptionSpec option ? String.join(", ", option.names()) : argument.paramLabel();
        boolean takesValue = argument instanceof OptionSpec && argument.arity().max() > 0;
        String description = String.join(" ", argument.description())
                .replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue()))
                .replace("${COMPLETION-CANDIDATES}", candidates(argument));
        String needed = argument.required() && argument instanceof OptionSpec ? " Must be given." : "";
        return "- `" + name + (takesValue ? " " + argument.paramLabel() : "") + "`: " + description + needed + "\n";
    }

    private static String candidates(ArgSpec argument) {
        Iterable<String> candidates = argument.completionCandidates();
        return candidates == null ? "" : String.join(", ", candidates);
    }
}
