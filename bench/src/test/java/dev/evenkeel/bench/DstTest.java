package dev.evenkeel.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.sim.PlantedBug;
import dev.evenkeel.wire.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

class DstTest {
    @Test
    void printsATableAndWritesTheBars(@TempDir Path dir) throws Exception {
        StringWriter out = new StringWriter();
        Path json = dir.resolve("dst.json");

        int exit = new CommandLine(new Dst())
                .setOut(new PrintWriter(out))
                .execute("--seeds", "3", "--from", "7", "--json", json.toString());

        assertThat(exit).as(out::toString).isZero();
        assertThat(out.toString()).contains("3 seeds, each twice", "seeds-broken", "found-skipped-fence");
        JsonNode report = Json.mapper().readTree(Files.readString(json));
        assertThat(report.get("bench").asString()).isEqualTo("dst");
        assertThat(report.get("bars")).hasSize(2 + PlantedBug.values().length - 1);
        assertThat(report.get("bars").get(0).propertyNames())
                .containsExactly("bar", "value", "limit", "holds", "samples");
    }

    @Test
    void aBarThatWasNotMeasuredDoesNotHold() {
        Bar bar = Bar.medianAtMost("stop", "virsh", 0.5, List.of());

        assertThat(bar.holds()).isFalse();
        assertThat(new BenchReport("x", List.of(bar)).json()).contains("\"value\" : null");
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetween() {
        assertThat(Bar.median(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(2.5);
    }
}
