package dev.evenkeel.cli.client;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.signin.SignIn;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where the server is and what to show it.
 *
 * @param server its base, such as {@code http://127.0.0.1:8440}
 * @param tokenFile holds the bearer token on its first line; empty when there is none to show
 * @param named the token file was named by the command line or the environment, so it goes before a sign-in
 * @param state the state directory
 */
public record Place(URI server, Optional<Path> tokenFile, boolean named, Path state) {
    private static final String DEFAULT_SERVER = "http://127.0.0.1:8440";

    /** What the command line says about the place; what is null there comes from elsewhere. */
    public record Wishes(
            @Nullable String server,
            @Nullable Path tokenFile,
            @Nullable Path state) {}

    /**
     * Finds the place: what the command line says, else the environment ({@code EVENKEEL_SERVER},
     * {@code EVENKEEL_TOKEN_FILE}), else {@code context.properties} in the state directory ({@code server},
     * {@code token-file}), else this machine's own server and its admin token. A sign-in for the server goes before what the
     * context says.
     *
     * @throws CommandFailed with {@link ExitCode#USAGE} when something named cannot be used
     */
    public static Place find(Wishes wishes, Map<String, String> environment) {
        Path state = stateDirectory(wishes.state(), environment);
        Properties context = context(state.resolve("context.properties"));
        String server = first(
                wishes.server(), environment.get("EVENKEEL_SERVER"), context.getProperty("server"), DEFAULT_SERVER);
        Path named = wishes.tokenFile();
        String elsewhere = first(environment.get("EVENKEEL_TOKEN_FILE"), context.getProperty("token-file"));
        if (named == null && elsewhere != null) {
            named = Path.of(elsewhere);
        }
        if (named != null && !Files.isReadable(named)) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "the token file " + named + " cannot be read: name one with --token-file, or run as its owner");
        }
        Path own = state.resolve("server/admin-token");
        return new Place(
                parse(server == null ? DEFAULT_SERVER : server),
                Optional.ofNullable(named).or(() -> Optional.of(own).filter(Files::isReadable)),
                wishes.tokenFile() != null || first(environment.get("EVENKEEL_TOKEN_FILE")) != null,
                state);
    }

    /** Where lies what is trusted of this server's catalogue. */
    public Path catalogue() {
        return state.resolve("catalogue")
                .resolve(server.getHost().replace(':', '_') + (server.getPort() < 0 ? "" : "_" + server.getPort()));
    }

    /** Where the sign-in for this server is kept. */
    public Path signIn() {
        return SignIn.file(state, server);
    }

    /** The same without a token to show. */
    public Place withoutToken() {
        return new Place(server, Optional.empty(), true, state);
    }

    /** The token, or empty when there is none; a sign-in's is renewed where it must be. */
    public Optional<String> token(Instant now) {
        Optional<String> signedIn = named ? Optional.empty() : SignIn.token(signIn(), now);
        return signedIn.or(this::ofFile);
    }

    private Optional<String> ofFile() {
        return tokenFile.map(file -> {
            try {
                return Files.readString(file).strip();
            } catch (IOException e) {
                throw new CommandFailed(ExitCode.USAGE, "cannot read the token in " + file + ": " + e.getMessage());
            }
        });
    }

    private static Path stateDirectory(@Nullable Path wished, Map<String, String> environment) {
        if (wished != null) {
            return wished;
        }
        String named = first(environment.get("EVENKEEL_STATE"));
        if (named != null) {
            return Path.of(named);
        }
        String xdg = first(environment.get("XDG_STATE_HOME"));
        return xdg != null
                ? Path.of(xdg, "evenkeel")
                : Path.of(environment.getOrDefault("HOME", "/root"), ".local/state/evenkeel");
    }

    private static Properties context(Path file) {
        Properties context = new Properties();
        if (Files.isReadable(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                context.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new CommandFailed(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
            }
        }
        return context;
    }

    private static URI parse(String server) {
        String trimmed = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
        try {
            URI uri = new URI(trimmed.contains("://") ? trimmed : "http://" + trimmed);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // told below, with the remedy
        }
        throw new CommandFailed(
                ExitCode.USAGE, "--server: \"" + server + "\" is not an address; give one such as " + DEFAULT_SERVER);
    }

    /** The first that says something. */
    private static @Nullable String first(@Nullable String... values) {
        for (String value : values) {
            if (value != null && !value.isBlank()) {
                return value.strip();
            }
        }
        return null;
    }
}
