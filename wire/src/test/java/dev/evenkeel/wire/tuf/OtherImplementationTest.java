package dev.evenkeel.wire.tuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.evenkeel.wire.tuf.TufException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Metadata whose canonical form and key ids were made by securesystemslib 0.26, which TUF's reference implementation uses, and whose
 * signatures by another Ed25519 than ours. They have members that we do not know, letters beyond ASCII, escapes, a number beyond 64 bits,
 * empty values, and a timestamp that names a version only.
 */
class OtherImplementationTest {
    private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");

    private static Optional<byte[]> file(String name, int most) throws IOException {
        try (InputStream in = OtherImplementationTest.class.getResourceAsStream(name)) {
            return in == null ? Optional.empty() : Optional.of(in.readNBytes(most + 1));
        }
    }

    private static TrustedMetadata root() throws IOException, TufException {
        return TrustedMetadata.of(file("1.root.json", 1 << 16).orElseThrow());
    }

    @Test
    void whatAnotherImplementationSignedIsTrusted() throws Exception {
        TrustedMetadata trusted = root();
        Refresh.run(trusted, OtherImplementationTest::file, NOW);
        assertThat(trusted.version(Role.TIMESTAMP)).isEqualTo(9);
        assertThat(trusted.version(Role.SNAPSHOT)).isEqualTo(5);
        assertThat(trusted.targets()).hasSize(2);
        trusted.vouched("updates/a.json").require("hello interoperability\n".getBytes(StandardCharsets.UTF_8));
        trusted.vouched("updates/é \"b\".json").require(new byte[0]);
    }

    @Test
    void itsKeysHaveTheSameIdsAsHere() throws Exception {
        TrustedMetadata trusted = root();
        for (Role role : Role.values()) {
            for (VerifyingKey key : trusted.signers(role).keys()) {
                String root = new String(file("1.root.json", 1 << 16).orElseThrow(), StandardCharsets.UTF_8);
                assertThat(root).contains(key.id());
            }
        }
    }

    @Test
    void oneLetterElseAndItIsNot() throws Exception {
        String root = new String(file("1.root.json", 1 << 16).orElseThrow(), StandardCharsets.UTF_8);
        assertThat(root).contains("new line");
        assertThatExceptionOfType(TufException.class)
                .isThrownBy(() ->
                        TrustedMetadata.of(root.replace("new line", "new lane").getBytes(StandardCharsets.UTF_8)))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.THRESHOLD));
    }
}
