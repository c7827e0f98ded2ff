package dev.evenkeel.agent.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.update.PackageFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PayloadCacheTest {
    private static final byte[] CONTENT = "a package, let us say".repeat(5000).getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private static PackageFile file() throws Exception {
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CONTENT));
        return new PackageFile("a_1_amd64.deb", digest, new Bytes(CONTENT.length), "a", "1");
    }

    private static InputStream from(long offset) {
        return new ByteArrayInputStream(Arrays.copyOfRange(CONTENT, (int) offset, CONTENT.length));
    }

    private PayloadCache cache(PayloadSource source) {
        return new PayloadCache(directory, source, Duration.ZERO);
    }

    @Test
    void aServerThatComesBackIsWaitedFor() throws Exception {
        List<Long> offsets = new ArrayList<>();
        PayloadCache patient = new PayloadCache(
                directory,
                (digest, from) -> {
                    offsets.add(from);
                    if (offsets.size() <= 5) {
                        throw new IOException("connection refused");
                    }
                    return from(from);
                },
                Duration.ofMinutes(1));
        assertThat(patient.fetch(file())).hasBinaryContent(CONTENT);
        assertThat(offsets).hasSize(6);
    }

    @Test
    void aLinkThatBreaksIsGoneOnWithWhereItBroke() throws Exception {
        List<Long> offsets = new ArrayList<>();
        PayloadCache cache = cache((digest, from) -> {
            offsets.add(from);
            return offsets.size() == 1 ? breaksAfter(40_000) : from(from);
        });
        assertThat(cache.fetch(file())).hasBinaryContent(CONTENT);
        assertThat(offsets).containsExactly(0L, 40_000L);
    }

    private static InputStream breaksAfter(int bytes) {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the link broke");
            }
        };
        return new SequenceInputStream(new ByteArrayInputStream(CONTENT, 0, bytes), broken);
    }

    @Test
    void whatIsHereIsNotFetchedAgain() throws Exception {
        cache((digest, from) -> from(from)).fetch(file());
        PayloadCache offline = cache((digest, from) -> {
            throw new IOException("no server");
        });
        assertThat(offline.fetch(file())).hasBinaryContent(CONTENT);
    }

    @Test
    void aTamperedPayloadNeverGetsItsFinalName() throws Exception {
        byte[] tampered = CONTENT.clone();
        tampered[100] ^= 1;
        PayloadCache cache = cache((digest, from) -> new ByteArrayInputStream(tampered));
        assertThatThrownBy(() -> cache.fetch(file()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its manifest says");
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void endlessDataIsCutAtWhatTheManifestPromises() throws Exception {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };
        PayloadCache cache = cache((digest, from) -> endless);
        assertThatThrownBy(() -> cache.fetch(file())).isInstanceOf(IOException.class);
    }

    @Test
    void whatNobodyCanSendIsSaid() throws Exception {
        PayloadCache cache = cache((digest, from) -> {
            throw new IOException("connection refused");
        });
        assertThatThrownBy(() -> cache.fetch(file()))
                .hasMessageContaining("a_1_amd64.deb")
                .hasMessageContaining("connection refused");
    }

    @Test
    void theVersionOfARunningQemuIsRead() throws Exception {
        String answer =
                "{\"return\":{\"qemu\":{\"micro\":3,\"minor\":1,\"major\":11},\"package\":\"Debian 1:11.1.3\"},\"id\":\"x\"}";
        assertThat(RunningSoftware.parseVersion(answer)).isEqualTo("11.1.3");
        assertThatThrownBy(() -> RunningSoftware.parseVersion("{\"error\":{}}")).isInstanceOf(IOException.class);
    }
}
