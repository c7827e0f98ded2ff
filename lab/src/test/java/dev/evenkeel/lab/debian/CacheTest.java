package dev.evenkeel.lab.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheTest {
    @TempDir
    Path directory;

    @Test
    void what_is_there_is_not_made_again_and_other_ingredients_are_another_thing() throws IOException {
        Cache cache = new Cache(directory);
        AtomicInteger made = new AtomicInteger();
        Cache.Maker maker = dir -> Files.writeString(dir.resolve("n"), "" + made.incrementAndGet());
        Path first = cache.get("root", "a", maker);
        assertThat(cache.get("root", "a", maker)).isEqualTo(first);
        assertThat(cache.get("root", "b", maker)).isNotEqualTo(first);
        assertThat(made).hasValue(2);
        assertThat(first.resolve("n")).hasContent("1");
    }

    @Test
    void a_maker_that_fails_leaves_nothing_behind() {
        Cache cache = new Cache(directory);
        assertThatThrownBy(() -> cache.get("root", "a", dir -> {
                    Files.writeString(dir.resolve("half"), "x");
                    throw new IOException("mirror gone");
                }))
                .hasMessage("mirror gone");
        assertThat(directory.toFile().list()).containsExactly(".root.lock");
    }
}
