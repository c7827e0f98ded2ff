package dev.evenkeel.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LiveBlockTest {
    private final StringWriter screen = new StringWriter();
    private final LiveBlock block = new LiveBlock(new PrintWriter(screen));

    @Test
    void theSecondShowReplacesTheFirst() {
        block.show(List.of("one", "two"));
        block.show(List.of("three"));

        assertThat(screen.toString())
                .isEqualTo("\r\033[J\033[?7lone\ntwo\n\033[?7h" + "\033[2A\r\033[J\033[?7lthree\n\033[?7h");
    }

    @Test
    void whatHasNotChangedIsNotDrawnAgain() {
        block.show(List.of("one"));
        int length = screen.getBuffer().length();

        block.show(List.of("one"));

        assertThat(screen.getBuffer().length()).isEqualTo(length);
    }

    @Test
    void aBlockHigherThanAScreenIsCounted() {
        block.show(IntStream.range(0, 50).mapToObj(Integer::toString).toList());

        assertThat(screen.toString().lines()).hasSize(2 + LiveBlock.MOST_LINES);
        assertThat(screen.toString()).contains("… and 33 more");
    }
}
