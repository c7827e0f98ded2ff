package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UpdateTest extends ServerTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private final String newDigest = sha256("new");
    private final String oldDigest = sha256("old");

    @BeforeEach
    void writeUpdate() throws IOException {
        Files.writeString(folder.resolve("qemu_11.deb"), "new");
        Files.writeString(folder.resolve("qemu_10.deb"), "old");
        Files.writeString(folder.resolve("update.yaml"), """
                id: qemu-11.1
                methods:
                  MIGRATE:
                    packages: [{ file: qemu_11.deb, sha256: %s }]
                    previous: [{ file: qemu_10.deb, sha256: %s }]
                """.formatted(newDigest, oldDigest));
    }

    @Test
    void onlyWhatTheServerLacksIsUploaded() throws IOException {
        server.on("HEAD /v1/payloads/" + oldDigest, 200, "")
                .on("PUT /v1/payloads/" + newDigest, 201, "{\"sha256\":\"" + newDigest + "\",\"bytes\":3}")
                .on("POST /v1/updates", 201, Samples.UPDATE);

        shell.run("update", "apply", "-f", folder.toString())
                .endsWith(ExitCode.OK)
                .prints("update qemu-11.1 applied")
                .says("uploaded 1 of 2 payloads, 3 B");

        assertThat(server.request("PUT /v1/payloads/" + newDigest).body()).isEqualTo("new");
        assertThat(server.requests("PUT /v1/payloads/" + oldDigest)).isEmpty();
        FakeServer.Request order = server.request("POST /v1/updates");
        assertThat(order.header("Content-Type")).isEqualTo("application/yaml");
        assertThat(order.body()).isEqualTo(Files.readString(folder.resolve("update.yaml")));
    }

    @Test
    void progressIsShownOnATerminal() {
        server.on("HEAD /v1/payloads/" + oldDigest, 200, "")
                .on("PUT /v1/payloads/" + newDigest, 201, "{\"sha256\":\"" + newDigest + "\",\"bytes\":3}")
                .on("POST /v1/updates", 201, Samples.UPDATE);

        String err = shell.onTerminal()
                .run("update", "apply", "-f", folder.resolve("update.yaml").toString())
                .err();

        assertThat(err).contains("\r\033[Kuploading 100 % of 3 B (1 of 1, qemu_11.deb)");
    }

    @Test
    void aFileThatDiffersFromTheManifestIsNotSent() throws IOException {
        Files.writeString(folder.resolve("qemu_11.deb"), "other");
        Files.delete(folder.resolve("qemu_10.deb"));

        shell.run("update", "apply", "-f", folder.toString())
                .endsWith(ExitCode.USAGE)
                .says(
                        "error: the payloads do not fit the manifest",
                        "  sha256 of qemu_11.deb: value \"" + newDigest + "\" → the file has " + sha256("other"),
                        "  file: value \"qemu_10.deb\" → put it beside the manifest, into " + folder);
    }

    @Test
    void aFolderWithoutManifestIsNamed(@TempDir Path empty) {
        shell.run("update", "apply", "-f", empty.toString())
                .endsWith(ExitCode.USAGE)
                .says("error: there is no manifest in " + empty
                        + ": it is called update.yaml or update.yml or update.json");
    }

    @Test
    void updatesAreListed() {
        server.on("GET /v1/updates", Samples.page(Samples.UPDATE));

        shell.run("update", "ls")
                .prints(
                        "UPDATE     COMPONENT  VERSION  SEVERITY   METHODS  SIGNATURE  TITLE",
                        "qemu-11.1  VMM        11.1     IMPORTANT  MIGRATE  UNSIGNED   QEMU 11.1");
    }

    @Test
    void anUpdateIsShownWithItsManifest() {
        server.on("GET /v1/updates/qemu-11.1", Samples.UPDATE);

        assertThat(shell.run("update", "show", "qemu-11.1").out()).contains("  title: QEMU 11.1");
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
