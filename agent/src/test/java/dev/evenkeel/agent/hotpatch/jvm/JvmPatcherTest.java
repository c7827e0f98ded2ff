package dev.evenkeel.agent.hotpatch.jvm;

import static dev.evenkeel.agent.hotpatch.jvm.Workshop.outcome;
import static dev.evenkeel.agent.hotpatch.jvm.Workshop.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Already;
import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Patched;
import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Undone;
import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What patching does to a busy service, under each JDK that this machine has. */
class JvmPatcherTest {
    @TempDir
    private Path directory = Path.of("");

    private Workshop shop;

    @BeforeEach
    void workshop() throws IOException {
        shop = new Workshop(directory);
    }

    private Path fix(int version) throws IOException {
        return shop.jars.patch("fix", "" + (version - 1), "acme.Greeter#version=" + version, Sources.greeter(version));
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void newInvocationsRunTheNewVersionAndAnUndoAfterARestartBringsTheOldOneBack(int jdk) throws Exception {
        try (Service service = shop.service(jdk)) {
            assertThat(service.ask("calls")).isEqualTo("[1]");

            Path patch = fix(2);
            Patched patched = (Patched) outcome(shop.agent().apply(patch), service);
            System.out.println(
                    "JDK " + jdk + ": " + patched.measured() + ", threads stood still: " + service.standstills());
            assertThat(patched.measured().before()).isEqualTo("1");
            assertThat(patched.measured().after()).isEqualTo("2");
            assertThat(service.ask("calls")).as("versions that threads call").isEqualTo("[2]");
            assertThat(service.ask("looped"))
                    .as("version that a frame on the stack runs")
                    .isEqualTo("1");
            assertThat(service.ask("leave"))
                    .as("the same frame after it was left")
                    .isEqualTo("2");
            assertThat(shop.running(service)).containsExactly("fix@1 PROVEN");
            assertThat(outcome(shop.agent().apply(patch), service)).isInstanceOf(Already.class);

            JvmReport undone = shop.agent().undo(shop.id("fix", "1"));
            assertThat(outcome(undone, service)).isInstanceOf(Undone.class);
            assertThat(service.ask("calls")).isEqualTo("[1]");
            assertThat(shop.running(service)).isEmpty();
            assertThat(shop.agent().undo(shop.id("fix", "1")).entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void patchesOfOneClassLieOnOneAnotherAndComeOffFromTheTop(int jdk) throws Exception {
        try (Service service = shop.service(jdk)) {
            JvmPatcher agent = shop.agent();
            agent.apply(fix(2));
            assertThat(outcome(agent.apply(fix(3)), service)).isInstanceOf(Patched.class);
            assertThat(service.ask("calls")).isEqualTo("[3]");

            assertThat(refusal(agent.undo(shop.id("fix", "1")), service)).isEqualTo("NOT_ON_TOP");
            assertThat(service.ask("calls")).isEqualTo("[3]");
            assertThat(outcome(agent.undo(shop.id("fix", "2")), service)).isInstanceOf(Undone.class);
            assertThat(service.ask("calls")).isEqualTo("[2]");
            assertThat(outcome(agent.undo(shop.id("fix", "1")), service)).isInstanceOf(Undone.class);
            assertThat(service.ask("calls")).isEqualTo("[1]");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aClassThatIsLoadedLaterIsTheNewOneFromTheStart(int jdk) throws Exception {
        Path patch = shop.jars.patch("late", "1", "acme.Late#version=2", Sources.late(2));
        try (Service service = shop.service(jdk)) {
            JvmPatcher agent = shop.agent();
            assertThat(outcome(agent.apply(patch), service)).isInstanceOf(Waiting.class);
            assertThat(shop.running(service)).containsExactly("late@1 WAITING");
            assertThat(agent.applyToNew(patch).entries()).isEmpty();

            assertThat(service.ask("late")).isEqualTo("2");
            assertThat(shop.running(service)).containsExactly("late@1 UNPROVEN");
            assertThat(outcome(agent.applyToNew(patch), service)).isInstanceOf(Patched.class);
            assertThat(shop.running(service)).containsExactly("late@1 PROVEN");
            assertThat(agent.applyToNew(patch).entries()).isEmpty();

            agent.undo(shop.id("late", "1"));
            assertThat(service.ask("late")).isEqualTo("1");
        }
    }

    @Test
    void aLaterClassOfAnotherShapeIsLeftAlone() throws Exception {
        Map<String, String> other = Map.of(
                "acme/Late.java",
                "package acme; public class Late { int more; public static int version() { return 2; } }");
        Path patch = shop.jars.patch("late", "1", "acme.Late#version=2", other);
        try (Service service = shop.service(25)) {
            JvmPatcher agent = shop.agent();
            agent.apply(patch);
            assertThat(service.ask("late")).isEqualTo("1");
            assertThat(refusal(agent.applyToNew(patch), service)).isEqualTo("SCHEMA_CHANGE and changed");
            assertThat(agent.applyToNew(patch).entries()).isEmpty();
            assertThat(outcome(agent.undo(shop.id("late", "1")), service)).isInstanceOf(Undone.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 25})
    void aClassOfSeveralLoadersIsPatchedInEachAndInThoseThatCome(int jdk) throws Exception {
        Path plugins = Files.createDirectory(directory.resolve("plugins"));
        PatchJars.compile(plugins, 17, Sources.plugin(1));
        Path patch = shop.jarsFor(plugins)
                .patch("plugin", "1", "proof.Proof#run=v2", 17, Sources.plugin(2), Sources.check("plug.Plugin"));
        try (Service service = shop.service(jdk)) {
            service.ask("plugin " + plugins);
            service.ask("plugin " + plugins);
            assertThat(service.ask("plugins")).isEqualTo("11");

            assertThat(outcome(shop.agent().apply(patch), service)).isInstanceOf(Patched.class);
            service.ask("plugin " + plugins);
            assertThat(service.ask("plugins")).isEqualTo("222");
            assertThat(shop.running(service)).containsExactly("plugin@1 UNPROVEN");
            assertThat(outcome(shop.agent().applyToNew(patch), service)).isInstanceOf(Patched.class);

            assertThat(outcome(shop.agent().undo(shop.id("plugin", "1")), service))
                    .isInstanceOf(Undone.class);
            assertThat(service.ask("plugins")).isEqualTo("111");
        }
    }

    @Test
    void aServiceThatStartsWhileThePatchIsWantedIsFound() throws Exception {
        JvmPatcher agent = shop.agent();
        Path patch = fix(2);
        try (Service first = shop.service(25)) {
            agent.apply(patch);
            assertThat(agent.applyToNew(patch).entries()).isEmpty();
            try (Service second = shop.service(25)) {
                JvmReport report = agent.applyToNew(patch);
                assertThat(report.entries()).hasSize(1);
                assertThat(outcome(report, second)).isInstanceOf(Patched.class);
                assertThat(second.ask("calls")).isEqualTo("[2]");
                assertThat(agent.applyToNew(patch).entries()).isEmpty();
                assertThat(shop.agent().applyToNew(patch).entries())
                        .as("after a restart")
                        .isEmpty();
                assertThat(shop.running(first)).containsExactly("fix@1 PROVEN");
            }
        }
    }

    @Test
    void oldClassesAreKeptUnderTheirDigestAndDroppedByTheUndo() throws Exception {
        try (Service service = shop.service(25)) {
            shop.agent().apply(fix(2));
            List<Path> kept = kept();
            assertThat(kept).hasSize(2);
            String line = Files.readString(kept.stream()
                    .filter(file -> file.endsWith("classes"))
                    .findFirst()
                    .orElseThrow());
            assertThat(line).contains(" acme.Greeter ");
            assertThat(kept.toString()).contains(line.substring(0, 64) + ".class");
            shop.agent().undo(shop.id("fix", "1"));
            assertThat(kept()).isEmpty();
        }
    }

    private List<Path> kept() throws IOException {
        try (var files = Files.walk(directory.resolve("state"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
