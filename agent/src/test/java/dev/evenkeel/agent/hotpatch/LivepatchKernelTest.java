package dev.evenkeel.agent.hotpatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LivepatchKernelTest {
    @TempDir
    private Path root = Path.of("");

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, text);
    }

    private LivepatchKernel kernel() {
        return new LivepatchKernel(root.resolve("sys"), root.resolve("proc"));
    }

    @Test
    void tasksThatHoldATransitionUpAreNamedWithTheFunctionThatTheySleepIn() throws IOException {
        file("proc/7/task/7/patch_state", "0\n");
        file("proc/7/task/7/comm", "cat\n");
        file("proc/7/task/7/stack", "[<0>] ek_sleep+0x2d/0x40 [ek_sleeper]\n[<0>] proc_reg_read+0x53/0xa0\n");
        file("proc/8/task/8/patch_state", "1\n");
        file("proc/8/task/8/comm", "sh\n");
        file("proc/8/task/8/stack", "");
        file("proc/uptime", "1 1\n");
        assertThat(HeldUp.tell(kernel().heldUp(true))).isEqualTo("cat (7) in ek_sleep");
        assertThat(HeldUp.tell(kernel().heldUp(false))).isEqualTo("sh (8) in ?");
    }

    @Test
    void aKernelWithoutLivepatchAndAnAgentWithoutTheRightTakeNone() throws IOException {
        file("proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n");
        file("proc/sys/kernel/modules_disabled", "0\n");
        assertThat(kernel().takesPatches()).isFalse();
        Files.createDirectories(root.resolve("sys/kernel/livepatch"));
        assertThat(kernel().takesPatches()).isTrue();
        file("proc/self/status", "CapEff:\t000001fffffeffff\n");
        assertThat(kernel().takesPatches()).isFalse();
        file("proc/self/status", "CapEff:\t000001ffffffffff\n");
        file("proc/sys/kernel/modules_disabled", "1\n");
        assertThat(kernel().takesPatches()).isFalse();
    }

    @Test
    void aLoadedModuleIsTheOneOfAFileWhenTheFileHoldsItsBuildId() throws IOException {
        file("sys/module/fix/notes/.note.gnu.build-id", "ID-OF-THE-BUILD");
        file("fix.ko", "...ID-OF-THE-BUILD...");
        file("other.ko", "...ID-OF-ANOTHER-ONE...");
        assertThat(kernel().isBuiltAs("fix", root.resolve("fix.ko"))).isTrue();
        assertThat(kernel().isBuiltAs("fix", root.resolve("other.ko"))).isFalse();
        assertThat(kernel().isBuiltAs("gone", root.resolve("fix.ko"))).isFalse();
    }

    @Test
    void aModuleSaysWhatItIs() {
        ModuleFile module = ModuleFile.parse(
                "filename:       /x/fix.ko\0livepatch:      Y\0license:        GPL\0"
                        + "depends:        \0name:           fix\0vermagic:       6.1.0-56-cloud-amd64 SMP preempt mod_unload \0");
        assertThat(module).isEqualTo(new ModuleFile("fix", "6.1.0-56-cloud-amd64", true));
        assertThat(ModuleFile.parse("name=loop\0vermagic=6.1.0 SMP\0"))
                .isEqualTo(new ModuleFile("loop", "6.1.0", false));
    }

    @Test
    void aKernelHasAFixWhenItIsAsNewAsTheOneThatBroughtIt() {
        String since = "6.1.0-56-cloud-amd64";
        assertThat(List.of(
                        "6.1.0-56-cloud-amd64",
                        "6.1.0-57-cloud-amd64",
                        "6.1.0-101-cloud-amd64",
                        "6.12.0-1-cloud-amd64"))
                .allMatch(runs -> LivePatches.contains(runs, since));
        assertThat(List.of("6.1.0-55-cloud-amd64", "6.1.0-9-cloud-amd64", "5.10.0-99-cloud-amd64", "6.1.0-56-amd64"))
                .noneMatch(runs -> LivePatches.contains(runs, since));
        assertThat(LivePatches.contains(since, null)).isFalse();
    }
}
