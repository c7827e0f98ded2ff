package dev.evenkeel.agent.join;

import dev.evenkeel.core.fleet.HostId;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * Who this host is: what it got when it joined.
 *
 * @param server the gateway's address, such as {@code https://10.77.0.1:8441}
 * @param address the management address that other hosts migrate to
 * @param certificate its common name is the host's id
 * @param authority the fleet's CA
 */
public record Identity(
        HostId host,
        URI server,
        String address,
        PrivateKey key,
        X509Certificate certificate,
        X509Certificate authority) {

    /** When to renew: at two thirds of the certificate's life, so that a third is left for a server that is down. */
    public Instant renewAt() {
        Instant from = certificate.getNotBefore().toInstant();
        Instant to = certificate.getNotAfter().toInstant();
        return from.plus(Duration.between(from, to).multipliedBy(2).dividedBy(3));
    }

    /** TLS with this identity, trusting the fleet's CA and nobody else. */
    public SSLContext tls() throws GeneralSecurityException, IOException {
        char[] none = {};
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("host", key, none, new X509Certificate[] {certificate, authority});
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, none);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys.getKeyManagers(), new TrustManager[] {PinnedAuthority.trusting(authority)}, null);
        return context;
    }
}
