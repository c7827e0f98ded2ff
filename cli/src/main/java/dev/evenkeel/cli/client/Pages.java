package dev.evenkeel.cli.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A list of the API, fetched page by page. */
public final class Pages {
    private static final int PAGE = 500;

    private final Api api;
    private final Query query;
    private final String[] steps;

    Pages(Api api, Query query, String... steps) {
        this.api = api;
        this.query = query;
        this.steps = steps.clone();
    }

    /** The first items, and whether there are more of them. */
    public record Items(List<JsonNode> items, boolean more) {
        public Items {
            items = List.copyOf(items);
        }
    }

    /** At most {@code limit} items, from as many pages as that takes. */
    public Items first(int limit) {
        List<JsonNode> items = new ArrayList<>();
        String cursor = null;
        do {
            JsonNode page = page(cursor, Math.min(PAGE, limit - items.size()));
            page.path("items").forEach(items::add);
            cursor = Json.text(page, "next");
        } while (cursor != null && items.size() < limit);
        return new Items(items, cursor != null);
    }

    public List<JsonNode> all() {
        return first(Integer.MAX_VALUE).items();
    }

    /** The first item that fits; no further page is fetched once it is found. */
    public Optional<JsonNode> find(Predicate<JsonNode> fits) {
        String cursor = null;
        do {
            JsonNode page = page(cursor, PAGE);
            for (JsonNode item : page.path("items")) {
                if (fits.test(item)) {
                    return Optional.of(item);
                }
            }
            cursor = Json.text(page, "next");
        } while (cursor != null);
        return Optional.empty();
    }

    private JsonNode page(@org.jspecify.annotations.Nullable String cursor, int limit) {
        return api.get(query.with("limit", limit).with("cursor", cursor), steps);
    }
}
