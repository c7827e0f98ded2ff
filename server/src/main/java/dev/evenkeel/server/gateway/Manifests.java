package dev.evenkeel.server.gateway;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.server.catalogue.SignedCatalogue;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The text of manifests as agents are sent it: what publishers signed, word for word, where they did. */
public final class Manifests {
    private final SignedCatalogue signed;
    private final Function<UpdateId, @Nullable Update> registered;

    public Manifests(SignedCatalogue signed, Function<UpdateId, @Nullable Update> registered) {
        this.signed = signed;
        this.registered = registered;
    }

    /** @throws IllegalStateException when there is no such update, which no order can speak of */
    String text(UpdateId id) {
        try {
            Optional<byte[]> manifest = signed.manifest(id);
            if (manifest.isPresent()) {
                return new String(manifest.get(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the manifest of " + id + " cannot be read", e);
        }
        Update update = registered.apply(id);
        if (update == null) {
            throw new IllegalStateException("an order speaks of update " + id + ", which nobody registered");
        }
        return Json.mapper().writeValueAsString(update);
    }
}
