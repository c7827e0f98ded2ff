package dev.evenkeel.lab.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class KernelRootTest {
    private static final String NAMES = """
            linux-image-6.1.0-9-cloud-amd64
            linux-headers-6.1.0-9-cloud-amd64
            linux-image-6.1.0-56-cloud-amd64
            linux-headers-6.1.0-55-cloud-amd64
            linux-image-6.1.0-57-cloud-amd64
            linux-headers-6.1.0-56-cloud-amd64
            linux-headers-6.1.0-56-amd64
            linux-image-6.1.0-55-cloud-amd64
            linux-image-6.1.0-55-cloud-amd64-dbg
            linux-image-6.1.0-58-amd64
            """;

    @Test
    void the_newest_kernels_that_have_headers_are_taken_in_their_order() throws IOException {
        assertThat(KernelRoot.newest(NAMES, 2)).containsExactly("6.1.0-55-cloud-amd64", "6.1.0-56-cloud-amd64");
        assertThat(KernelRoot.newest(NAMES, 3))
                .containsExactly("6.1.0-9-cloud-amd64", "6.1.0-55-cloud-amd64", "6.1.0-56-cloud-amd64");
    }

    @Test
    void an_archive_with_too_few_is_no_good() {
        assertThatThrownBy(() -> KernelRoot.newest(NAMES, 4))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("take 4");
    }
}
