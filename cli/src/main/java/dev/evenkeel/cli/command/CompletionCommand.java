package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code evenkeel completion}. */
@Command(
        name = "completion",
        description = {
            "Print a completion script for your shell.",
            "bash: source <(evenkeel completion bash); zsh: the same after autoload -U compinit && compinit."
        })
final class CompletionCommand extends Verb {
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    Shell shell = Shell.bash;

    /** The script serves both shells: under zsh it loads bash's completion functions first. */
    @Override
    ExitCode run(Session session) {
        session.out().print(AutoComplete.bash("evenkeel", spec.root().commandLine()));
        return ExitCode.OK;
    }
}
