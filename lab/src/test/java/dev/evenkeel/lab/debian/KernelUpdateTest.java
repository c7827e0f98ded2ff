package dev.evenkeel.lab.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.ManifestRules;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelUpdateTest {
    private static final String KERNEL = "6.1.0-56-cloud-amd64";
    private static final String NAME = "linux-image-" + KERNEL;
    private static final PackageFile IMAGE =
            new PackageFile(NAME + "_6.1.192-2_amd64.deb", "0".repeat(64), new Bytes(1), NAME, "6.1.192-2");

    @Test
    void a_kernel_comes_beside_the_old_one_and_goes_by_its_name() throws IOException {
        Update update = KernelUpdate.update(KERNEL, List.of(IMAGE), List.of(NAME));

        assertThat(update.id()).hasToString("kernel-6.1.0-56");
        assertThat(update.component()).isEqualTo(Component.KERNEL);
        assertThat(update.verify()).isEqualTo(Map.of("kernel", KERNEL));
        assertThat(update.methods()).containsOnlyKeys(Method.PRESERVE_KERNEL, Method.REBOOT);
        assertThat(update.payload(Method.PRESERVE_KERNEL)).hasValueSatisfying(payload -> {
            assertThat(payload.packages()).containsExactly(IMAGE);
            assertThat(payload.previous()).isEmpty();
            assertThat(payload.removeOnUndo()).containsExactly(NAME);
        });
        assertThat(ManifestRules.check(update)).isEmpty();
    }

    @Test
    void packages_without_the_kernel_are_no_update() {
        assertThatThrownBy(() -> KernelUpdate.update(KERNEL, List.of(), List.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(NAME);
    }
}
