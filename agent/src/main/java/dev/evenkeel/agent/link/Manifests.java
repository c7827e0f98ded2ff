package dev.evenkeel.agent.link;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/** The manifests of the updates that orders speak of, kept on disk: an undo may come when the server is away. */
public final class Manifests {
    private final Path directory;

    public Manifests(Path directory) {
        this.directory = directory;
    }

    /** Keeps manifests; one that is there stays, because a manifest never changes. */
    void keep(List<Update> updates) throws IOException {
        for (Update update : updates) {
            Path file = file(update.id());
            if (!Files.exists(file)) {
                Files.createDirectories(directory);
                Path beside = directory.resolve(file.getFileName() + ".new");
                Files.write(beside, Json.mapper().writeValueAsBytes(update));
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    /** The manifest of an update, or nothing when no order has spoken of it. */
    public Optional<Update> find(UpdateId id) throws IOException {
        Path file = file(id);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.mapper().readValue(Files.readAllBytes(file), Update.class));
        } catch (JacksonException e) {
            throw new IOException("the manifest " + file + " is damaged: delete it, and the next order brings it", e);
        }
    }

    private Path file(UpdateId id) {
        return directory.resolve(URLEncoder.encode(id.value(), StandardCharsets.UTF_8) + ".json");
    }
}
