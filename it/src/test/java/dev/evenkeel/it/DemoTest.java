package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.bench.demo.DemoCommand;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** The main job, as a newcomer sees it: a real update of QEMU goes round three hosts, and nobody is harmed. */
class DemoTest {
    @TempDir
    private Path directory;

    @Test
    void a_real_update_reaches_every_host_and_no_vm_is_lost() throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Path json = directory.resolve("demo.json");
        int exit = new CommandLine(new DemoCommand())
                .execute(
                        "--name",
                        TestState.lab("demo"),
                        "--state",
                        TestState.directory().toString(),
                        "--kernel-hosts", // KernelHostTest plays their chapter
                        "0",
                        "--json",
                        json.toString(),
                        "--down");

        JsonNode seen = Json.mapper().readTree(Files.readString(json));
        assertThat(seen.get("vms")).hasSize(12).allSatisfy(vm -> {
            assertThat(vm.get("alive").asBoolean()).isTrue();
            assertThat(vm.get("restarts").asInt()).isZero();
            assertThat(vm.get("doubled").asInt()).isZero();
            assertThat(vm.get("badPages").asLong()).isZero();
        });
        assertThat(seen.get("moves")).hasSizeGreaterThanOrEqualTo(12).allSatisfy(move -> {
            assertThat(move.get("stop").isNull())
                    .as("the stop was seen from outside")
                    .isFalse();
        });
        assertThat(seen.get("moves")
                        .valueStream()
                        .map(move -> move.get("method").asString())
                        .filter("PRESERVE_VMM"::equals))
                .as("each VM kept its memory while it got its first new VMM")
                .hasSize(6);
        assertThat(exit).isZero();
    }
}
