package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.Surroundings;
import dev.evenkeel.cli.client.Place;
import dev.evenkeel.cli.output.Format;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The top of the command line: the options that every verb takes, and the list of nouns. */
@Command(
        name = "evenkeel",
        description = "Maintenance that VMs do not feel, for KVM/libvirt fleets.",
        versionProvider = VersionCommand.class,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExit codes: ",
        footer = "0 done, 1 ended badly, 2 usage, 3 not found, 4 refused, 5 server unreachable,"
                + " 6 forbidden, 7 timed out (docs/cli.md).")
public final class Evenkeel implements Callable<Integer> {
    private static final List<Class<?>> NOUNS = List.of(
            HostCommand.class,
            VmCommand.class,
            UpdateCommand.class,
            CatalogueCommand.class,
            KeyCommand.class,
            PlanCommand.class,
            RolloutCommand.class,
            RunCommand.class,
            ScheduledEventCommand.class,
            WebhookCommand.class,
            EventsCommand.class,
            LedgerCommand.class,
            WindowCommand.class,
            ExemptionCommand.class,
            JoinTokenCommand.class,
            TokenCommand.class,
            LoginCommand.class,
            LogoutCommand.class,
            WhoamiCommand.class,
            AuditCommand.class,
            CompletionCommand.class,
            VersionCommand.class,
            LauncherCommands.Demo.class,
            LauncherCommands.Test.class,
            LauncherCommands.Server.class,
            LauncherCommands.Agent.class,
            LauncherCommands.Lab.class,
            LauncherCommands.Bench.class);

    private final Surroundings surroundings;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            scope = ScopeType.INHERIT,
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    boolean version;

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "How to print: ${COMPLETION-CANDIDATES}.")
    Format format = Format.table;

    @Option(
            names = "--server",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "The server; else EVENKEEL_SERVER, the state's context, this machine's own.")
    @Nullable
    String server;

    @Option(
            names = "--token-file",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description =
                    "Holds the token; else EVENKEEL_TOKEN_FILE, the sign-in, the state's context, STATE/server/admin-token.")
    @Nullable
    Path tokenFile;

    @Option(
            names = "--state",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            description = "The state directory; else EVENKEEL_STATE, XDG_STATE_HOME/evenkeel.")
    @Nullable
    Path state;

    @Option(
            names = "--request-timeout",
            scope = ScopeType.INHERIT,
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Durations.class,
            description = "How long one request may take (default: ${DEFAULT-VALUE}).")
    Duration requestTimeout = Duration.ofSeconds(30);

    public Evenkeel(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * The nouns that these words may be about, or all of them when they are about none. To read the options of every
     * verb takes the parser longer than everything else in a start, so it reads those that can matter.
     */
    public static List<Class<?>> nounsOf(List<String> words) {
        List<Class<?>> named =
                NOUNS.stream().filter(noun -> isNamed(noun, words)).toList();
        return named.isEmpty() || named.contains(CompletionCommand.class) ? NOUNS : named;
    }

    private static boolean isNamed(Class<?> noun, List<String> words) {
        Command command = Objects.requireNonNull(noun.getAnnotation(Command.class), "every noun is a command");
        return words.contains(command.name()) || words.stream().anyMatch(List.of(command.aliases())::contains);
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /** Without a verb: what there is. */
    @Override
    public Integer call() {
        spec.commandLine().usage(surroundings.err());
        return ExitCode.USAGE.number();
    }

    Session session() {
        Place.Wishes wishes = new Place.Wishes(server, tokenFile, state);
        return new Session(surroundings, format, requestTimeout, () -> Place.find(wishes, surroundings.environment()));
    }
}
