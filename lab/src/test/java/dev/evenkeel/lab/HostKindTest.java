package dev.evenkeel.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostKindTest {
    @Test
    void a_command_for_a_full_kernel_host_passes_its_shell_unharmed() {
        List<String> words = HostKind.KERNEL.inside(7, List.of("sh", "-c", "echo 'a b' $HOME"));
        assertThat(words).containsSubsequence("nsenter", "-t", "7");
        assertThat(words.subList(words.indexOf("ssh"), words.size()))
                .containsExactly("ssh", "inside", "'sh'", "'-c'", "'echo '\\''a b'\\'' $HOME'");
    }

    @Test
    void its_name_is_read_back() {
        for (HostKind kind : HostKind.values()) {
            assertThat(HostKind.parse(kind.toString())).isEqualTo(kind);
        }
    }
}
