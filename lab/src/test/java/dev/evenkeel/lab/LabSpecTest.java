package dev.evenkeel.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lab.guest.VmPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabSpecTest {
    @Test
    void the_defaults_are_the_demo() {
        LabSpec spec = LabSpec.in(Path.of("/tmp/x"));
        assertThat(spec.name()).isEqualTo("ek");
        assertThat(spec.hosts()).isEqualTo(3);
        assertThat(spec.vms()).hasSize(6);
        assertThat(spec.controlPlane()).isFalse();
    }

    @Test
    void what_cannot_be_is_refused_by_name_and_with_the_remedy() {
        LabSpec spec = LabSpec.in(Path.of("/tmp/x"));
        assertThatThrownBy(() -> spec.withName("My Lab"))
                .hasMessageContaining("My Lab")
                .hasMessageContaining("small");
        assertThatThrownBy(() -> spec.withHosts(0)).hasMessageContaining("hosts 0");
        assertThatThrownBy(() -> LabSpec.in(Path.of("/tmp/a:b"))).hasMessageContaining("--state");
    }

    @Test
    void vms_of_full_kernel_hosts_are_theirs_and_nobody_elses() {
        LabSpec spec = LabSpec.in(Path.of("/tmp/x")).withHosts(2).withVms(3).withKernelHosts(KernelHosts.of(2));
        assertThat(spec.vmsOf(1)).extracting(VmPlan::number).containsExactly(1, 3);
        assertThat(spec.vmsOf(2)).extracting(VmPlan::number).containsExactly(2);
        assertThat(spec.vmsOf(3)).extracting(VmPlan::name).containsExactly("initech-core");
        assertThat(spec.vmsOf(4)).extracting(VmPlan::name).containsExactly("initech-core2");
        assertThat(spec.allVms()).hasSize(5);
        assertThat(spec.vmsOf(3).getFirst().owner().maxPause()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void a_lab_may_have_full_kernel_hosts_only() {
        LabSpec spec = LabSpec.in(Path.of("/tmp/x"))
                .withVms(0)
                .withKernelHosts(KernelHosts.of(1))
                .withHosts(0);
        assertThat(spec.vmsOf(1)).extracting(VmPlan::name).containsExactly("initech-core");
        assertThatThrownBy(() -> spec.withVms(1)).hasMessageContaining("vms 1");
    }

    @Test
    void the_state_directory_is_ones_own_choice_then_xdgs_then_home() {
        assertThat(StateDirectory.byDefault(Map.of("EVENKEEL_STATE", "/s", "XDG_STATE_HOME", "/x", "HOME", "/h")))
                .isEqualTo(Path.of("/s"));
        assertThat(StateDirectory.byDefault(Map.of("XDG_STATE_HOME", "/x", "HOME", "/h")))
                .isEqualTo(Path.of("/x/evenkeel"));
        assertThat(StateDirectory.byDefault(Map.of("HOME", "/h"))).isEqualTo(Path.of("/h/.local/state/evenkeel"));
    }
}
