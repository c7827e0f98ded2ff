package dev.evenkeel.server.http;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param next the cursor of the next page, or null on the last
 */
public record Page<T>(List<T> items, @Nullable String next) {
    public Page {
        items = List.copyOf(items);
    }

    /**
     * What a client asked for.
     *
     * @param limit 1 to 500
     * @param after the key of the last item it has, or null for the first page
     */
    public record Request(int limit, @Nullable String after) {
        public static final int DEFAULT_LIMIT = 100;
        public static final int MAX_LIMIT = 500;

        /** The page out of a list that is sorted by {@code key}, ascending, as strings. */
        public <T, V> Page<V> of(List<T> sorted, Function<T, String> key, Function<T, V> view) {
            List<T> rest = sorted.stream()
                    .filter(item -> after == null || key.apply(item).compareTo(after) > 0)
                    .limit(limit + 1L)
                    .toList();
            return cut(rest, key, view);
        }

        /** The page out of what a store gave, which was asked for one more than {@link #limit}. */
        public <T, V> Page<V> cut(List<T> oneMore, Function<T, String> key, Function<T, V> view) {
            List<T> items = oneMore.subList(0, Math.min(limit, oneMore.size()));
            String next = oneMore.size() > limit ? Cursor.encode(key.apply(items.getLast())) : null;
            return new Page<>(items.stream().map(view).toList(), next);
        }
    }
}
