package dev.evenkeel.agent.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.fleet.HostId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibvirtTlsTest {
    @TempDir
    Path directory = Path.of("");

    @Test
    void theFilesLieWhereLibvirtAndQemuLookAndKeysAreNotForEverybody() throws IOException {
        IdentityFiles identity = new IdentityFiles(directory.resolve("state"));
        identity.saveKey("the key");
        identity.saveCertificate("the certificate", "the authority");
        identity.saveJoined(new HostId("h1"), URI.create("https://10.77.0.1:8441"), "10.77.0.11");

        Path pki = directory.resolve("pki");
        new LibvirtTls(pki).install(identity);

        assertThat(pki.resolve("CA/cacert.pem")).hasContent("the authority");
        assertThat(pki.resolve("libvirt/servercert.pem")).hasContent("the certificate");
        assertThat(pki.resolve("libvirt/clientcert.pem")).hasContent("the certificate");
        assertThat(pki.resolve("libvirt/private/serverkey.pem")).hasContent("the key");
        assertThat(pki.resolve("libvirt/private/clientkey.pem")).hasContent("the key");
        assertThat(pki.resolve("qemu/ca-cert.pem")).hasContent("the authority");
        assertThat(pki.resolve("qemu/server-cert.pem")).hasContent("the certificate");
        assertThat(pki.resolve("qemu/client-key.pem")).hasContent("the key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pki.resolve("qemu/server-key.pem"))))
                .endsWith("---");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(pki.resolve("libvirt/private/serverkey.pem"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aTextThatIsNoTokenIsRefusedWithoutBeingRepeated() {
        assertThatThrownBy(() -> JoinToken.parse("my-secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("join-token")
                .hasMessageNotContaining("my-secret");
        String token = "0123456789abcdefABCD." + "a".repeat(64);
        assertThat(JoinToken.parse(token + "\n").toString()).doesNotContain("0123456789abcdef");
    }
}
