package dev.evenkeel.agent.join;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.wire.trust.Pem;
import dev.evenkeel.wire.trust.PrivateFiles;
import dev.evenkeel.wire.tuf.TrustedFiles;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.Properties;

/**
 * Where the identity lies: {@code STATE/identity/} with {@code host.key}, {@code host.crt}, {@code ca.crt} (all PEM, 0600)
 * and {@code join.properties}, which is written last and makes it whole.
 */
public final class IdentityFiles {
    private final Path directory;
    private final TrustedFiles trust;

    public IdentityFiles(Path state) {
        this.directory = state.resolve("identity");
        this.trust = new TrustedFiles(state.resolve("trust"));
    }

    /** Where the catalogue's root is pinned, beside the identity. */
    TrustedFiles trust() {
        return trust;
    }

    /** The identity, or nothing when this host has not joined. */
    public Optional<Identity> load() throws IOException, GeneralSecurityException {
        Path joined = directory.resolve("join.properties");
        if (!Files.exists(joined)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(joined)));
        return Optional.of(new Identity(
                new HostId(properties.getProperty("host", "")),
                URI.create(properties.getProperty("server", "")),
                properties.getProperty("address", ""),
                Pem.ecKey(keyPem()),
                Pem.certificate(certificatePem()),
                Pem.certificate(authorityPem())));
    }

    /** Keeps a key before it is used, so that a join whose answer got lost can be repeated with the same key. */
    void saveKey(String keyPem) throws IOException {
        PrivateFiles.makeDirectory(directory);
        PrivateFiles.write(directory.resolve("host.key"), keyPem);
    }

    boolean hasKey() {
        return Files.exists(directory.resolve("host.key"));
    }

    void saveCertificate(String certificatePem, String authorityPem) throws IOException {
        PrivateFiles.write(directory.resolve("ca.crt"), authorityPem);
        PrivateFiles.write(directory.resolve("host.crt"), certificatePem);
    }

    void saveJoined(HostId host, URI server, String address) throws IOException {
        PrivateFiles.write(
                directory.resolve("join.properties"),
                "host=" + host + "\nserver=" + server + "\naddress=" + address + "\n");
    }

    String keyPem() throws IOException {
        return Files.readString(directory.resolve("host.key"));
    }

    String certificatePem() throws IOException {
        return Files.readString(directory.resolve("host.crt"));
    }

    String authorityPem() throws IOException {
        return Files.readString(directory.resolve("ca.crt"));
    }
}
