package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

/** The updates that take {@link FakePlatform} from its old VMM or kernel to its new one. */
final class FakeUpdate {
    static final String ID = "qemu-11.1.3";
    static final String KERNEL = "kernel-6.2.0";

    private FakeUpdate() {}

    static void publish(Api api) throws Exception {
        publish(api, ID, "11.1.3", "vmm", "MIGRATE", "{qemu: \"11.1\"}");
    }

    /** What is left to the owners of VMs that can't be moved. */
    static void publishSelfService(Api api) throws Exception {
        publish(api, ID, "11.1.3", "vmm", "SELF_SERVICE", "{qemu: \"11.1\"}");
    }

    /** The same as the first, and it should be everywhere already. */
    static void publishLate(Api api) throws Exception {
        publish(api, ID, "11.1.3", "vmm", "MIGRATE", "{qemu: \"11.1\"}\ndeadline: 2026-01-01T00:00:00Z");
    }

    /** A new kernel, for hosts that keep memory across kernels. */
    static void publishKernel(Api api) throws Exception {
        publish(api, KERNEL, FakePlatform.NEW_KERNEL, "kernel", "PRESERVE_KERNEL", "{kernel: \"6.2\"}");
    }

    private static void publish(Api api, String id, String version, String component, String method, String verify)
            throws Exception {
        byte[] deb = "not really a package".getBytes(StandardCharsets.UTF_8);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(deb));
        assertThat(api.put("/v1/payloads/" + sha256, deb).status()).isEqualTo(201);
        Reply applied = api.post(
                "/v1/updates",
                """
                id: %s
                version: %s
                component: %s
                severity: important
                title: Another %s
                methods:
                  %s:
                    packages:
                      - {file: one.deb, sha256: %s, size: %d, name: one, version: "%s"}
                verify: %s
                """.formatted(id, version, component, component, method, sha256, deb.length, version, verify),
                Map.of("Content-Type", "application/yaml"));
        assertThat(applied.status()).as(applied.text()).isEqualTo(201);
    }
}
