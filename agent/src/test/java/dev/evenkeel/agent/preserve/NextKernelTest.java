package dev.evenkeel.agent.preserve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NextKernelTest {
    private static final String RESERVES = "root=/dev/vda quiet memmap=512M!1G panic=1";

    @TempDir
    private Path boot;

    @Test
    void aKernelIsFoundByItsReleaseOrItsBeginning() throws IOException {
        installed("6.1.0-55-cloud-amd64");
        installed("6.1.0-56-cloud-amd64");
        assertThat(NextKernel.find(boot, "6.1.0-56-cloud-amd64", RESERVES))
                .hasValueSatisfying(kernel ->
                        assertThat(kernel.initrd().getFileName()).hasToString("initrd.img-6.1.0-56-cloud-amd64"));
        installed("6.12.9-cloud-amd64");
        assertThat(NextKernel.find(boot, "6.12", RESERVES)).isPresent();
    }

    @Test
    void oneThatIsAmbiguousOrLacksItsInitrdIsNotFound() throws IOException {
        installed("6.1.0-55-cloud-amd64");
        installed("6.1.0-56-cloud-amd64");
        Files.delete(boot.resolve("initrd.img-6.1.0-55-cloud-amd64"));
        assertThat(NextKernel.find(boot, "6.1.0-55-cloud-amd64", RESERVES)).isEmpty();
        installed("6.1.0-56-amd64");
        assertThat(NextKernel.find(boot, "6.1", RESERVES)).isEmpty();
        assertThat(NextKernel.find(boot, "6.1.0-57-cloud-amd64", RESERVES)).isEmpty();
    }

    @Test
    void whatTheNextOneReservesMustBeWhatThisOneDoes() {
        assertThat(next("root=/dev/vdb memmap=512M!1G").losesMemory(RESERVES)).isEmpty();
        for (String loses : new String[] {
            "root=/dev/vda quiet",
            "memmap=512M!2G",
            "memmap=256M!1G",
            "memmap=512M$1G",
            "memmap=512M!1G memmap=64M!2G",
            "xmemmap=512M!1G"
        }) {
            assertThat(next(loses).losesMemory(RESERVES))
                    .as(loses)
                    .hasValueSatisfying(why -> assertThat(why.code()).isEqualTo("MEMORY_NOT_RESERVED"));
        }
    }

    @Test
    void whatIsConfiguredGoesBeforeWhatRuns() throws IOException {
        Path configured = boot.resolve("cmdline");
        Path running = Files.writeString(boot.resolve("running"), "running\n");
        assertThat(NextKernel.commandLine(configured, running)).isEqualTo("running");
        Files.writeString(configured, "configured\n");
        assertThat(NextKernel.commandLine(configured, running)).isEqualTo("configured");
    }

    private void installed(String release) throws IOException {
        Files.createFile(boot.resolve("vmlinuz-" + release));
        Files.createFile(boot.resolve("initrd.img-" + release));
    }

    private NextKernel next(String commandLine) {
        return new NextKernel("6.1.0-56", boot.resolve("vmlinuz"), boot.resolve("initrd"), commandLine);
    }
}
