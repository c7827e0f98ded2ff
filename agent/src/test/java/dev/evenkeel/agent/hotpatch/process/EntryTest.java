package dev.evenkeel.agent.hotpatch.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What is written at an entry, and who must not be there meanwhile. */
class EntryTest {
    private static Entry entry(String function, long pad, long hook) {
        byte[] original = new byte[(int) (hook + 2 - pad)];
        Arrays.fill(original, (byte) 0x90);
        if (hook > pad + 14) {
            System.arraycopy(HexFormat.of().parseHex("f30f1efa"), 0, original, 14, 4);
        }
        return new Entry(function, pad, hook, original);
    }

    @Test
    void theHookJumpsIntoThePaddingAndThePaddingToTheReplacement() {
        assertThat(HexFormat.of().formatHex(entry("f", 0x1000, 0x100e).redirected(0x7f1122334455L)))
                .isEqualTo("ff2500000000" + "55443322117f0000" + "ebf0");
        assertThat(HexFormat.of().formatHex(entry("f", 0x1000, 0x1012).redirected(0x7f1122334455L)))
                .isEqualTo("ff2500000000" + "55443322117f0000" + "f30f1efa" + "ebec");
    }

    @Test
    void aThreadMayStandBeforeTheFunctionOrTheHookButNotWithin() {
        Entry entry = entry("f", 0x1000, 0x1012);
        assertThat(entry.isAmid(0x0fff)).isFalse();
        assertThat(entry.isAmid(0x1000)).as("it has jumped by the hook").isTrue();
        assertThat(entry.isAmid(0x100d)).isTrue();
        assertThat(entry.isAmid(0x100e)).as("function").isFalse();
        assertThat(entry.isAmid(0x1012)).as("hook").isFalse();
        assertThat(entry.isAmid(0x1013))
                .as("between two instructions of one byte")
                .isTrue();
        assertThat(entry.isAmid(0x1014)).isFalse();
    }
}
