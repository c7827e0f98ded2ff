package dev.evenkeel.agent.preserve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PersistentMemoryTest {
    private static final String MOUNTS = """
            /dev/vda / ext4 rw,noatime 0 0
            tmpfs /run tmpfs rw,mode=755 0 0
            /dev/pmem0 /var/lib/memory ext4 rw,noatime,dax=always 0 0
            /dev/pmem1 /var/lib/copies ext4 rw,noatime 0 0
            /dev/sdb /var/lib/disk ext4 rw,noatime,dax=always 0 0
            """;

    @Test
    void reserved_memory_is_what_the_kernel_calls_persistent() {
        assertThat(PersistentMemory.isReserved("""
                00001000-0009fbff : System RAM
                40000000-5fffffff : Persistent Memory (legacy)
                  40000000-5fffffff : namespace0.0
                """)).isTrue();
        assertThat(PersistentMemory.isReserved("00001000-bfffffff : System RAM\\n"))
                .isFalse();
    }

    @Test
    void only_a_direct_mount_of_such_memory_counts() {
        assertThat(PersistentMemory.mount(MOUNTS, Path.of("/var/lib/memory"))).isPresent();
        assertThat(PersistentMemory.mount(MOUNTS, Path.of("/var/lib/memory/deeper")))
                .isPresent();
        assertThat(PersistentMemory.mount(MOUNTS, Path.of("/var/lib/memories"))).isEmpty();
        assertThat(PersistentMemory.mount(MOUNTS, Path.of("/var/lib/copies"))).isEmpty();
        assertThat(PersistentMemory.mount(MOUNTS, Path.of("/var/lib/disk"))).isEmpty();
        assertThat(PersistentMemory.mount("", Path.of("/var/lib/memory"))).isEmpty();
    }
}
