package dev.evenkeel.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TypedParametersTest {
    @Test
    void whatIsWrittenReadsTheSame() {
        List<Map.Entry<String, Object>> entries = List.of(
                Map.entry("a", -7),
                Map.entry("b", 1L << 40),
                Map.entry("c", 0.5),
                Map.entry("d", true),
                Map.entry("e", "tcp://10.0.0.2"));
        try (Arena arena = Arena.ofConfined()) {
            TypedParameters read = TypedParameters.read(TypedParameters.write(arena, entries), entries.size());
            assertThat(read.values())
                    .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(entries.toArray(Map.Entry[]::new)));
        }
    }

    @Test
    void whatIsMissingIsEmptyNotZero() {
        TypedParameters none = new TypedParameters(Map.of());
        assertThat(none.number("downtime")).isEqualTo(OptionalLong.empty());
        assertThat(none.text("errmsg")).isEmpty();
    }
}
