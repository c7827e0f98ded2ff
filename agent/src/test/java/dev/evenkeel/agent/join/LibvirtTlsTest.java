package dev.evenkeel.agent.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.wire.trust.Pem;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibvirtTlsTest {
    @TempDir
    Path directory = Path.of("");

    @Test
    void theFilesLieWhereLibvirtAndQemuLookAndKeysAreNotForEverybody() throws Exception {
        PrivateKey key = HostKey.make().getPrivate();
        IdentityFiles identity = new IdentityFiles(directory.resolve("state"));
        identity.saveKey(Pem.encode(key));
        identity.saveCertificate("the certificate", "the authority");
        identity.saveJoined(new HostId("h1"), URI.create("https://10.77.0.1:8441"), "10.77.0.11");

        Path pki = directory.resolve("pki");
        new LibvirtTls(pki).install(identity);

        assertThat(pki.resolve("CA/cacert.pem")).hasContent("the authority");
        assertThat(pki.resolve("libvirt/servercert.pem")).hasContent("the certificate");
        assertThat(pki.resolve("libvirt/clientcert.pem")).hasContent("the certificate");
        assertThat(secret(pki.resolve("libvirt/private/serverkey.pem")))
                .isEqualTo(((java.security.interfaces.ECPrivateKey) key).getS());
        assertThat(secret(pki.resolve("libvirt/private/clientkey.pem")))
                .isEqualTo(((java.security.interfaces.ECPrivateKey) key).getS());
        assertThat(pki.resolve("qemu/ca-cert.pem")).hasContent("the authority");
        assertThat(pki.resolve("qemu/server-cert.pem")).hasContent("the certificate");
        assertThat(secret(pki.resolve("qemu/client-key.pem")))
                .isEqualTo(((java.security.interfaces.ECPrivateKey) key).getS());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pki.resolve("qemu/server-key.pem"))))
                .endsWith("---");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(pki.resolve("libvirt/private/serverkey.pem"))))
                .isEqualTo("rw-------");
    }

    private static BigInteger secret(Path file) throws Exception {
        return ((java.security.interfaces.ECPrivateKey) Pem.ecKey(Files.readString(file))).getS();
    }

    @Test
    void theKeyThatGnuTlsReadsHasItsPublicHalfInside() throws Exception {
        KeyPair pair = HostKey.make();
        byte[] der = Pem.decode("PRIVATE KEY", HostKey.forGnuTls(Pem.encode(pair.getPrivate())));
        byte[] half = ECPrivateKey.getInstance(PrivateKeyInfo.getInstance(der).parsePrivateKey())
                .getPublicKey()
                .getBytes();
        assertThat(pair.getPublic().getEncoded()).endsWith(half);
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
