package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

/** The update that takes {@link FakePlatform} from its old VMM to its new one. */
final class FakeUpdate {
    static final String ID = "qemu-11.1.3";

    private FakeUpdate() {}

    static void publish(Api api) throws Exception {
        byte[] deb = "not really a package".getBytes(StandardCharsets.UTF_8);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(deb));
        assertThat(api.put("/v1/payloads/" + sha256, deb).status()).isEqualTo(201);
        Reply applied = api.post(
                "/v1/updates", """
                id: %s
                version: 11.1.3
                component: vmm
                severity: important
                title: QEMU 11.1
                methods:
                  MIGRATE:
                    packages:
                      - {file: qemu.deb, sha256: %s, size: %d, name: qemu-system-x86, version: "11.1.3"}
                verify: {qemu: "11.1"}
                """.formatted(ID, sha256, deb.length), Map.of("Content-Type", "application/yaml"));
        assertThat(applied.status()).as(applied.text()).isEqualTo(201);
    }
}
