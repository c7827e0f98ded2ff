package dev.evenkeel.agent.hotpatch.jvm;

import static dev.evenkeel.agent.hotpatch.jvm.Workshop.outcome;
import static dev.evenkeel.agent.hotpatch.jvm.Workshop.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Patched;
import dev.evenkeel.agent.hotpatch.jvm.inside.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a JVM can't take a patch has its own code, and leaves the service as it was. */
class JvmRefusalsTest {
    private static final String CHECK = "acme.Greeter#version=2";

    @TempDir
    private Path directory = Path.of("");

    private Workshop shop;

    @BeforeEach
    void workshop() throws IOException {
        shop = new Workshop(directory);
    }

    private Path greeter(String version, String check, int release, String more) throws IOException {
        return shop.jars.patch(
                "fix", version, check, release, Map.of("acme/Greeter.java", Sources.greeter(2, more)), Map.of());
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void whatCanNotGoInLeavesTheServiceAsItWas(int jdk) throws Exception {
        try (Service service = shop.service(jdk)) {
            JvmPatcher agent = shop.agent();
            Path schema = greeter("1", CHECK, 17, "int more;");
            Path failing = greeter("2", "acme.Greeter#version=3", 17, "");
            Path tautology = greeter("3", "acme.Greeter#version=1", 17, "");
            Path absent = greeter("4", "acme.Nobody#version=2", 17, "");

            assertThat(refusal(agent.apply(schema), service)).isEqualTo("SCHEMA_CHANGE");
            assertThat(agent.apply(schema).refused().toString()).contains("new: field more I");
            assertThat(refusal(agent.apply(failing), service)).isEqualTo("CHECK_FAILED");
            assertThat(refusal(agent.apply(tautology), service)).isEqualTo("CHECK_PASSES_BEFORE");
            assertThat(refusal(agent.apply(absent), service)).isEqualTo("CHECK_BROKEN");
            if (jdk < 25) {
                Path tooNew = greeter("5", CHECK, 25, "");
                assertThat(refusal(agent.apply(tooNew), service)).isEqualTo("CLASS_TOO_NEW");
            }

            assertThat(service.ask("calls")).isEqualTo("[1]");
            assertThat(shop.running(service)).isEmpty();
            Path good = greeter("6", CHECK, 17, "");
            assertThat(outcome(agent.apply(good), service)).isInstanceOf(Patched.class);
            Path namesake = greeter("6", CHECK, 17, "static void unused() {}");
            assertThat(refusal(agent.apply(namesake), service)).isEqualTo("OTHER_PATCH");
        }
    }

    @Test
    void aCheckThatDoesNotEndHasFailed() throws Exception {
        Path patch = shop.jars.patch(
                "fix",
                "1",
                "proof.Proof#run=2",
                17,
                Sources.greeter(2),
                Map.of(
                        "proof/Proof.java",
                        "package proof; public class Proof { static int run() { while (acme.Greeter.version() == 2) {}"
                                + " return 1; } }"));
        try (Service service = shop.service(25)) {
            JvmPatcher agent = shop.agent(new Limits(Duration.ofSeconds(60), Duration.ofSeconds(2)));
            JvmReport report = agent.apply(patch);
            assertThat(refusal(report, service)).isEqualTo("CHECK_FAILED");
            assertThat(report.refused().toString()).contains("did not end within 2000 ms");
            assertThat(service.ask("calls")).isEqualTo("[1]");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "17, -XX:-EnableDynamicAgentLoading, DYNAMIC_LOADING_DISABLED",
        "25, -XX:-EnableDynamicAgentLoading, DYNAMIC_LOADING_DISABLED",
        "17, -XX:+DisableAttachMechanism, ATTACH_DISABLED",
        "25, -XX:+DisableAttachMechanism, ATTACH_DISABLED"
    })
    void aJvmThatForbidsItIsNotPatched(int jdk, String flag, String code) throws Exception {
        try (Service service = shop.service(jdk, flag)) {
            JvmPatcher agent = shop.agent();
            Path patch = greeter("1", CHECK, 17, "");
            assertThat(refusal(agent.apply(patch), service)).isEqualTo(code);
            assertThat(agent.applyToNew(patch).entries()).as("told once").isEmpty();
            assertThat(service.ask("calls")).isEqualTo("[1]");
        }
    }

    /** SIGQUIT would end such a JVM. It listens from its start, so it can be patched without. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aJvmThatDoesNotHandleSigquitIsNotSentOne(int jdk) throws Exception {
        try (Service service = shop.service(jdk, "-Xrs")) {
            assertThat(outcome(shop.agent().apply(greeter("1", CHECK, 17, "")), service))
                    .isInstanceOf(Patched.class);
            Files.delete(Path.of("/tmp/.java_pid" + service.pid()));
            assertThat(refusal(shop.agent().apply(greeter("2", CHECK, 17, "")), service))
                    .isEqualTo("NOT_LISTENING");
            assertThat(service.ask("calls")).isEqualTo("[2]");
        }
    }

    @Test
    void aProcessThatIsNoJvmIsNotTouched() throws Exception {
        Path false_ = directory.resolve("java");
        Files.copy(Path.of("/bin/sleep"), false_, StandardCopyOption.COPY_ATTRIBUTES);
        Process process = new ProcessBuilder(
                        "/bin/bash", "-c", "exec -a 'java' " + false_ + " 1000 2>/dev/null", "acme.Service")
                .start();
        try {
            assertThat(shop.agent().apply(greeter("1", CHECK, 17, "")).entries())
                    .noneMatch(entry -> entry.jvm().pid() == process.pid());
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aJvmThatStandsStillIsWaitedForOnceAndNotPatchedWhenItGoesOn() throws Exception {
        try (Service service = shop.service(25)) {
            service.signal("STOP");
            JvmReport report = shop.agent(new Limits(Duration.ofSeconds(1), Duration.ofSeconds(1)))
                    .apply(greeter("1", CHECK, 17, ""));
            assertThat(refusal(report, service)).isEqualTo("ATTACH_TIMED_OUT");
            assertThat(report.refused().toString()).contains("stopped");
            service.signal("CONT");
            assertThat(service.ask("calls")).isEqualTo("[1]");
            assertThat(shop.running(service)).isEmpty();
        }
    }

    @Test
    void aJvmThatHasEndedIsGone() throws Exception {
        TargetJvm found;
        try (Service service = shop.service(25)) {
            found = shop.agent().find(greeter("1", CHECK, 17, "")).stream()
                    .filter(jvm -> jvm.pid() == service.pid())
                    .findFirst()
                    .orElseThrow();
            assertThat(found.main()).isEqualTo(shop.service.toString());
        }
        assertThatThrownBy(() -> Attachment.to(found, Duration.ofSeconds(5), vm -> vm.id()))
                .isInstanceOfSatisfying(
                        Unreachable.class, e -> assertThat(e.refusal().code()).isEqualTo("TARGET_GONE"));
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aJvmOfAnotherUserIsPatchedByRoot(int jdk) throws Exception {
        assumeTrue(Attachment.isRoot(), "only root may patch others' JVMs");
        for (Path each : List.of(directory)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        List<String> asNobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        try (Service service = Service.start(Workshop.jdk(jdk), shop.service, asNobody)) {
            JvmReport report = shop.agent().apply(greeter("1", CHECK, 17, ""));
            assertThat(outcome(report, service)).isInstanceOf(Patched.class);
            assertThat(report.entries().getFirst().jvm().uid()).isEqualTo(65534);
            assertThat(service.ask("calls")).isEqualTo("[2]");
        }
    }

    /** As systemd gives it to services with PrivateTmp. */
    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aJvmWithATmpOfItsOwnIsPatched(int jdk) throws Exception {
        assumeTrue(Attachment.isRoot(), "only root may give a process a /tmp of its own");
        Path own = Files.createTempDirectory(Path.of("/var/tmp"), "evenkeel");
        Path jar = Files.copy(shop.service, own.resolve(shop.service.getFileName()));
        List<String> privately =
                List.of("unshare", "--mount", "sh", "-c", "mount -t tmpfs tmp /tmp && exec \"$@\"", "sh");
        try (Service service = Service.start(Workshop.jdk(jdk), jar, privately)) {
            JvmReport report = shop.agent().apply(greeter("1", CHECK, 17, ""));
            assertThat(outcome(report, service)).isInstanceOf(Patched.class);
            assertThat(service.ask("calls")).isEqualTo("[2]");
            assertThat(shop.running(service)).hasSize(1);
        } finally {
            try (var left = Files.list(own)) {
                for (Path file : left.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(own);
        }
    }

    @Test
    void aJarThatIsNoPatchSaysWhatItLacks() throws Exception {
        Map<String, String> attributes = Map.of(JvmPatch.NAME, "fix", JvmPatch.VERSION, "1", JvmPatch.CHECK, CHECK);
        Path untargeted = shop.jars.jar(attributes, 17, Sources.greeter(2), Map.of());
        assertThatThrownBy(() -> shop.agent().apply(untargeted))
                .isInstanceOf(JvmPatch.Malformed.class)
                .hasMessage("the patch's manifest lacks Evenkeel-Patch-Target");
        Path empty = shop.jars.patch("fix", "1", CHECK, Map.of());
        assertThatThrownBy(() -> shop.agent().apply(empty)).hasMessageContaining("no class that it changes");
        Path unchecked = shop.jars.patch("fix", "1", "acme.Greeter.version", Sources.greeter(2));
        assertThatThrownBy(() -> shop.agent().apply(unchecked))
                .hasMessageContaining("some.Class#staticMethod=expected");
        assertThatThrownBy(() -> new PatchId("a b", "1")).hasMessageContaining("letters, digits");
    }

    @ParameterizedTest
    @CsvSource({
        "com.acme.Main x y, com.acme.*, true",
        "com.acme.Main x y, com.acme.Mai, false",
        "inventory/com.acme.Main, com.acme.Main, true",
        "/srv/lib/inventory-1.2.jar serve, inventory-*.jar, true",
        "/srv/lib/inventory-1.2.jar serve, inventory-1_2.jar, false",
        "/srv/lib/inventory-1.2.jar serve, *, true"
    })
    void aPatchIsForTheJvmsWhoseMainClassOrJarFitsAPattern(String command, String pattern, boolean fits) {
        JvmPatch patch = new JvmPatch(
                new PatchId("fix", "1"), "", List.of("none", pattern), new Check("a", "b", "", 0, Map.of()), Map.of());
        assertThat(patch.targets(new TargetJvm(1, 1, command, 0, 0, "root"))).isEqualTo(fits);
    }

    @ParameterizedTest
    @CsvSource({
        "'java|-Xmx1g|-cp|a.jar|com.acme.Main|x y', com.acme.Main x y",
        "'java|-jar|/srv/inventory-1.jar|serve', /srv/inventory-1.jar serve",
        "'java|-p|mods|--add-modules|a|-m|inventory/com.acme.Main', inventory/com.acme.Main",
        "'java|@options', ''"
    })
    void aCommandIsReadFromACommandLineWhereAJvmDoesNotTell(String line, String command) {
        assertThat(HotSpots.command(line.replace('|', '\0'))).isEqualTo(command);
    }
}
