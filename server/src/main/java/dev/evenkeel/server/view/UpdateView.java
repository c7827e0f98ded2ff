package dev.evenkeel.server.view;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.server.catalogue.SignedCatalogue;
import java.util.List;

/** An update of the catalogue. */
public record UpdateView(
        String id,
        String component,
        String version,
        String severity,
        String title,
        List<String> methods,
        String signature,
        Update manifest) {

    public static UpdateView of(Update update, SignedCatalogue.Signature signature) {
        return new UpdateView(
                update.id().value(),
                update.component().name(),
                update.version(),
                update.severity().name(),
                update.title(),
                update.methods().keySet().stream().map(Enum::name).toList(),
                signature.name(),
                update);
    }
}
