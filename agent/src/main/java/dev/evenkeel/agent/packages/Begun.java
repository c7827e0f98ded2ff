package dev.evenkeel.agent.packages;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Notes on disk that a host may be changed by an update, and by which effect. A note is there before the change begins and
 * stays until the update is verified or undone, so that after a crash the host is not taken for untouched.
 */
public final class Begun {
    private final Path directory;

    public Begun(Path directory) {
        this.directory = directory;
    }

    /** Whether the host may be changed by this update, by whatever effect. */
    public boolean with(Update update) {
        return Files.exists(note(update));
    }

    /** Whether this very effect may have changed the host; a note that can't be read counts for any. */
    public boolean by(EffectId effect, Update update) {
        if (!with(update)) {
            return false;
        }
        try {
            return Files.readString(note(update)).strip().equals(effect.value());
        } catch (IOException e) {
            return true;
        }
    }

    public void note(EffectId effect, Update update) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(note(update), effect.value());
    }

    public void over(Update update) throws IOException {
        Files.deleteIfExists(note(update));
    }

    private Path note(Update update) {
        return directory.resolve("applying-" + update.id().value().replaceAll("[^A-Za-z0-9._-]", "_"));
    }
}
