package dev.evenkeel.agent.join;

import dev.evenkeel.agent.link.GatewayClient;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.wire.link.Credentials;
import dev.evenkeel.wire.link.JoinRequest;
import dev.evenkeel.wire.link.RenewRequest;
import dev.evenkeel.wire.trust.Pem;
import dev.evenkeel.wire.tuf.TufException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Lets a host into a fleet, and renews what it got. */
public final class Joiner {
    private final IdentityFiles files;

    public Joiner(IdentityFiles files) {
        this.files = files;
    }

    /**
     * What an operator says about a host.
     *
     * @param names host names that others know it by
     * @param addresses its IP addresses; the first is the management address
     */
    public record Wish(
            URI server, JoinToken token, HostId host, Topology topology, List<String> names, List<String> addresses) {
        public Wish {
            names = List.copyOf(names);
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Joins. When the answer gets lost, the same call with the same token is good once more, because the key is kept.
     *
     * @throws IOException when the server is away, is another fleet's, or refuses; the message says why
     */
    public Identity join(Wish wish) throws IOException, GeneralSecurityException, InterruptedException {
        Keys keys = keys();
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(null, new TrustManager[] {new PinnedAuthority(wish.token().authority())}, null);
        Credentials got;
        try (GatewayClient client = new GatewayClient(wish.server(), tls)) {
            got = client.post(
                    "/agent/v1/join",
                    new JoinRequest(
                            wish.token().secret(),
                            wish.host(),
                            wish.topology(),
                            wish.names(),
                            wish.addresses(),
                            HostKey.request(wish.host().value(), keys.open(), keys.secret())),
                    Credentials.class);
        }
        X509Certificate authority = Pem.certificate(got.authority());
        if (!Pem.fingerprint(authority).equals(wish.token().authority())) {
            throw new IOException("the server sent another CA than the token names");
        }
        requireOurs(Pem.certificate(got.certificate()), authority, keys.open());
        files.saveCertificate(got.certificate(), got.authority());
        pin(got.root());
        files.saveJoined(wish.host(), wish.server(), wish.addresses().getFirst());
        return load();
    }

    /** The server whose CA the token names says which root is the fleet's; it is trusted from now on, and none from before is. */
    private void pin(@Nullable String root) throws IOException {
        try {
            if (root == null) {
                files.trust().forget();
            } else {
                files.trust().pin(root.getBytes(StandardCharsets.UTF_8));
            }
        } catch (TufException e) {
            throw new IOException("the server's catalogue has a root that can't be trusted: " + e.getMessage(), e);
        }
    }

    /** Gets a fresh certificate for the same key and the same names. */
    public Identity renew(Identity old, GatewayClient client)
            throws IOException, GeneralSecurityException, InterruptedException {
        PublicKey open = old.certificate().getPublicKey();
        Credentials got = client.post(
                "/agent/v1/renew",
                new RenewRequest(HostKey.request(old.host().value(), open, old.key())),
                Credentials.class);
        requireOurs(Pem.certificate(got.certificate()), old.authority(), open);
        files.saveCertificate(got.certificate(), Pem.encode(old.authority()));
        return load();
    }

    private Identity load() throws IOException, GeneralSecurityException {
        return files.load().orElseThrow(() -> new IOException("the identity that was just written is not there"));
    }

    private static void requireOurs(X509Certificate certificate, X509Certificate authority, PublicKey key)
            throws GeneralSecurityException {
        certificate.verify(authority.getPublicKey());
        if (!certificate.getPublicKey().equals(key)) {
            throw new GeneralSecurityException("the server sent a certificate for another key");
        }
    }

    private record Keys(PublicKey open, PrivateKey secret) {}

    private Keys keys() throws IOException, GeneralSecurityException {
        if (files.hasKey()) {
            PrivateKey secret = Pem.ecKey(files.keyPem());
            return new Keys(HostKey.publicOf((ECPrivateKey) secret), secret);
        }
        KeyPair pair = HostKey.make();
        files.saveKey(Pem.encode(pair.getPrivate()));
        return new Keys(pair.getPublic(), pair.getPrivate());
    }
}
