package dev.evenkeel.agent.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.EffectId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hook as libvirt calls it. */
class QemuHookTest {
    @TempDir
    private Path directory;

    private QemuHook hook;
    private Closing closing;

    @BeforeEach
    void install() throws Exception {
        hook = new QemuHook(directory.resolve("hooks"), directory);
        hook.install();
        closing = new Closing(hook.mark(), () -> true, new ServicePolicy(directory));
    }

    private record Answer(int exit, String said) {}

    private Answer ask(String vm, String operation) throws Exception {
        Process process = new ProcessBuilder(
                        directory.resolve("hooks/qemu.d/evenkeel").toString(), vm, operation, "begin", "-")
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"prepare", "start", "migrate", "restore"})
    void aClosedHostTakesNoVmAndSaysWhy(String operation) throws Exception {
        assertThat(ask("web-1", operation)).isEqualTo(new Answer(0, ""));
        closing.close(new EffectId("run-7/3"));
        Answer refused = ask("web-1", operation);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.said())
                .contains(
                        "closed for maintenance",
                        "run-7/3",
                        "evenkeel run show run-7;",
                        hook.mark().toString());
        closing.open();
        assertThat(ask("web-1", operation)).isEqualTo(new Answer(0, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"started", "stopped", "release", "reconnect", "attach"})
    void whatEndsOrGoesOnIsNeverRefused(String operation) throws Exception {
        closing.close(new EffectId("run-7/3"));
        assertThat(ask("web-1", operation)).isEqualTo(new Answer(0, ""));
    }

    @Test
    void ourOwnProbesPassExceptTheOneThatTriesTheHook() throws Exception {
        closing.close(new EffectId("run-7/3"));
        assertThat(ask("evenkeel-probe-0a1b", "prepare").exit()).isZero();
        assertThat(ask("evenkeel-probe-hook-0a1b", "prepare").exit()).isEqualTo(1);
    }

    @Test
    void aMarkFromBeforeTheHostBootedKeepsNobodyOut() throws Exception {
        Files.writeString(hook.mark(), "5e0c6c0e-0000-4000-8000-000000000000 run-7/3\n");
        assertThat(ask("web-1", "start")).isEqualTo(new Answer(0, ""));
    }

    @Test
    void anUnreadableMarkKeepsNobodyOut() throws Exception {
        Files.writeString(hook.mark(), "");
        assertThat(ask("web-1", "start").exit()).isZero();
    }

    @Test
    void anOperatorsOwnHookStays() throws Exception {
        Path own = directory.resolve("hooks/qemu");
        Files.writeString(own, "#!/bin/sh\n");
        hook.install();
        assertThat(own).hasContent("#!/bin/sh\n");
        try (var files = Files.list(directory.resolve("hooks"))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("qemu", "qemu.d");
        }
    }
}
