package dev.evenkeel.wire.tuf;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.evenkeel.wire.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What publishers hand each other to sign, and the server to publish. Metadata and manifests are text, word for word, because
 * signatures and digests are over their bytes.
 *
 * @param root the next root metadata, or null when the keys stay as they are
 * @param targets the next targets metadata, or null when the updates stay as they are
 * @param manifests those that the targets name and the server does not have
 */
public record Publication(
        @Nullable String root,
        @Nullable String targets,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<String> manifests) {
    public Publication {
        manifests = List.copyOf(manifests);
    }

    /** The name under which targets metadata list an update's manifest. */
    public static String target(String update) {
        return "updates/" + update + ".json";
    }

    /** The update whose manifest targets metadata list under this name; empty when it is no manifest's. */
    public static Optional<String> update(String target) {
        return target.startsWith("updates/") && target.endsWith(".json")
                ? Optional.of(target.substring("updates/".length(), target.length() - ".json".length()))
                : Optional.empty();
    }

    /** Metadata as an object to be signed. */
    public static ObjectNode envelope(Role role, String metadata) throws TufException {
        try {
            JsonNode tree = Json.mapper().readTree(metadata);
            if (tree.isObject()
                    && tree.path("signed").path("_type").asString("").equals(role.word())) {
                return (ObjectNode) tree;
            }
        } catch (JacksonException e) {
            // told below, like JSON of something else
        }
        throw new TufException(
                TufException.Kind.FORMAT, "what should be " + role.word() + " metadata is something else");
    }
}
