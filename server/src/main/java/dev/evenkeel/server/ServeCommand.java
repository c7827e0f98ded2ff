package dev.evenkeel.server;

import dev.evenkeel.server.loop.LoopTimes;
import dev.evenkeel.server.observe.Logs;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the server until it is told to stop. */
@Command(
        name = "serve",
        description = "Runs the server until it is told to stop (SIGTERM or Ctrl-C).",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class ServeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    CommandSpec spec;

    @Option(names = "--state", description = "The state directory; by default $EVENKEEL_STATE, else as XDG says")
    @Nullable
    Path state;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Address of the API (plain HTTP, bearer token)")
    String host = "";

    @Option(
            names = "--port",
            defaultValue = "" + ServerSettings.PORT,
            description = "Port of the API; 0 takes a free one")
    int port;

    @Option(names = "--gateway-host", description = "Address of the agents' gateway; by default that of the API")
    @Nullable
    String gatewayHost;

    @Option(
            names = "--gateway-port",
            defaultValue = "" + ServerSettings.GATEWAY_PORT,
            description = "Port of the agents' gateway (mutual TLS); 0 takes a free one")
    int gatewayPort;

    @Option(
            names = "--gateway-name",
            description = "Another name or address by which agents dial the gateway; may be repeated")
    List<String> gatewayNames = List.of();

    @Option(
            names = "--database",
            description =
                    "URL of your own PostgreSQL (postgresql://user@host/db, password in PGPASSWORD); by default the"
                            + " server runs its own under the state directory")
    @Nullable
    String database;

    @Mixin
    SignInOptions signIn = new SignInOptions();

    @Mixin
    WebhookOptions webhooks = new WebhookOptions();

    @Override
    public Integer call() throws Exception {
        Path directory = state == null ? usualState() : state;
        ServerSettings settings = new ServerSettings(
                directory.toAbsolutePath(),
                host,
                port,
                gatewayHost == null ? host : gatewayHost,
                gatewayPort,
                gatewayNames,
                database,
                ServerSettings.SILENCE,
                ServerSettings.HEARTBEAT,
                ServerSettings.STREAM_HEARTBEAT,
                LoopTimes.DEFAULT,
                good(webhooks::settings),
                good(signIn::settings));
        PrivateFiles.makeDirectory(settings.directory());
        Logs.configure(settings.directory().resolve("log"));
        Server server = Server.start(settings, System.getenv());
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            LoggerFactory.getLogger(Main.class).info("the server stops");
            server.close();
            LoggerFactory.getLogger(Main.class).info("the server has stopped");
            Logs.close();
            stopped.countDown();
        }));
        System.out.println("API      " + server.apiUrl());
        System.out.println("gateway  " + server.gatewayUrl());
        System.out.println("token    " + server.tokens().adminFile()
                + (server.tokens().fresh() ? ": " + server.tokens().admin() : ""));
        System.out.println("ready");
        stopped.await();
        return 0;
    }

    private <T extends @Nullable Object> T good(Supplier<T> settings) {
        try {
            return settings.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static Path usualState() {
        return named("EVENKEEL_STATE")
                .or(() -> named("XDG_STATE_HOME").map(home -> home.resolve("evenkeel")))
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "state", "evenkeel"));
    }

    private static Optional<Path> named(String variable) {
        return Optional.ofNullable(System.getenv(variable))
                .filter(value -> !value.isBlank())
                .map(Path::of);
    }
}
