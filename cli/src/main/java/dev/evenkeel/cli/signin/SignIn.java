package dev.evenkeel.cli.signin;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A sign-in that is kept for one server, in a file that only its owner reads.
 *
 * @param token shown to the server as a bearer token: the provider's ID token
 * @param refresh gets the next one; null where the provider gave none
 */
public record SignIn(
        String issuer,
        String clientId,
        String token,
        Instant expiresAt,
        @Nullable String refresh) {
    /** So early a token is renewed before it runs out. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    /** Where the sign-in for a server lies. */
    public static Path file(Path state, URI server) {
        return state.resolve("sign-in")
                .resolve(server.getHost().replace(':', '_') + (server.getPort() < 0 ? "" : "_" + server.getPort()));
    }

    /** The sign-in in a file; empty when there is none. */
    public static Optional<SignIn> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode kept = Json.parse(Files.readString(file));
            return Optional.of(new SignIn(
                    Json.textOr("", kept, "issuer"),
                    Json.textOr("", kept, "clientId"),
                    Json.textOr("", kept, "token"),
                    Instant.parse(Json.textOr("", kept, "expiresAt")),
                    Json.text(kept, "refresh")));
        } catch (IOException | JacksonException | java.time.DateTimeException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "the sign-in in " + file + " cannot be read: evenkeel logout, and evenkeel login again");
        }
    }

    /** Keeps it in a file. */
    public void write(Path file) {
        ObjectNode kept = Json.object()
                .put("issuer", issuer)
                .put("clientId", clientId)
                .put("token", token)
                .put("expiresAt", expiresAt.toString())
                .put("refresh", refresh);
        try {
            PrivateFiles.makeDirectory(
                    Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a directory"));
            PrivateFiles.write(file, kept + "\n");
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "cannot keep the sign-in in " + file + ": " + e.getMessage());
        }
    }

    /**
     * A token that is good now: the one that is kept, or a new one when that is about to run out. Commands that run at the same
     * time take turns, because a provider may take a refresh token once only.
     */
    public static Optional<String> token(Path file, Instant now) {
        Optional<SignIn> kept = read(file);
        if (kept.isEmpty() || kept.get().expiresAt().minus(MARGIN).isAfter(now)) {
            return kept.map(SignIn::token);
        }
        Path lock = file.resolveSibling(file.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            SignIn latest = read(file).orElse(kept.get());
            return Optional.of(
                    held.isValid() && latest.expiresAt().minus(MARGIN).isAfter(now)
                            ? latest.token()
                            : latest.renewed(file).token());
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "cannot use " + lock + ": " + e.getMessage());
        }
    }

    private SignIn renewed(Path file) {
        String with = refresh;
        if (with == null) {
            throw new CommandFailed(
                    ExitCode.FORBIDDEN,
                    "the sign-in has run out at " + expiresAt + ": sign in again with: evenkeel login");
        }
        SignIn renewed = Provider.at(issuer).refresh(clientId, with);
        renewed.write(file);
        return renewed;
    }
}
