package dev.evenkeel.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.core.update.PatchFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PatchedFileTest {
    @TempDir
    private Path directory = Path.of("");

    private Path file(String name, String bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void aModuleSaysItsNameAndTheReleaseThatItWasBuiltFor() throws IOException {
        Path module = file(
                "fix.ko",
                "\177ELF..\0livepatch=Y\0license=GPL\0depends=\0name=fix\0vermagic=6.1.0-56-cloud-amd64 SMP preempt \0..");
        PatchedFile patch = PatchedFile.read(module, "3");
        assertThat(patch.kind()).isEqualTo(PatchFile.Kind.LIVEPATCH);
        assertThat(patch.name()).isEqualTo("fix");
        assertThat(patch.version()).isEqualTo("3");
        assertThat(patch.target()).isEqualTo("6.1.0-56-cloud-amd64");
        assertThat(patch.size()).isEqualTo(Files.size(module));
    }

    @Test
    void aModuleThatIsNoLivepatchIsRefused() throws IOException {
        Path module = file("loop.ko", "\177ELF..\0name=loop\0vermagic=6.1.0-56-cloud-amd64 SMP\0");
        assertThatThrownBy(() -> PatchedFile.read(module, "1"))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("livepatch");
    }

    @Test
    void aJarSaysItInItsMainAttributes() throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Evenkeel-Patch-Name", "inventory-parser");
        main.putValue("Evenkeel-Patch-Version", "2");
        main.putValue("Evenkeel-Patch-Target", "com.acme.inventory.* inventory-*.jar");
        Path jar = directory.resolve("fix.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        PatchedFile patch = PatchedFile.read(jar, "1");
        assertThat(patch.kind()).isEqualTo(PatchFile.Kind.JVM);
        assertThat(patch.version()).isEqualTo("2");
        assertThat(patch.target()).isEqualTo("com.acme.inventory.*");

        Path plain = directory.resolve("plain.jar");
        new JarOutputStream(Files.newOutputStream(plain)).close();
        assertThatThrownBy(() -> PatchedFile.read(plain, "1")).hasMessageContaining("Evenkeel-Patch-Name");
    }

    @Test
    void aNativePatchSaysItInLines() throws IOException {
        Path library = file("fix.so", "\177ELF..\0name=parser\nversion=1\ntarget=demo\nbuild-id=00ff\n\0");
        PatchedFile patch = PatchedFile.read(library, "9");
        assertThat(patch.kind()).isEqualTo(PatchFile.Kind.NATIVE);
        assertThat(patch.target()).isEqualTo("00ff");
        assertThat(patch.version()).isEqualTo("1");
    }

    @Test
    void anythingElseIsNoPatch() throws IOException {
        Path other = file("fix.txt", "name=fix\n");
        assertThatThrownBy(() -> PatchedFile.read(other, "1")).hasMessageContaining(".ko");
    }
}
