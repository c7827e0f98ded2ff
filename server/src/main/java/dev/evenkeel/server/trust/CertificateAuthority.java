package dev.evenkeel.server.trust;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.wire.trust.Pem;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * The fleet's own authority: names agents and the gateway, and nothing else. Its key is made at the first start and
 * never leaves {@code ca.key} (0600). A host's certificate is short-lived, so there is no revocation list: a host that is
 * no longer trusted is forgotten by the registry and its certificate runs out.
 */
public final class CertificateAuthority {
    /** A host's certificate; agents renew at two thirds of it. */
    public static final Duration HOST_VALIDITY = Duration.ofDays(30);

    private static final Duration CA_VALIDITY = Duration.ofDays(3650);
    /** The gateway makes itself a new one at every start. */
    private static final Duration GATEWAY_VALIDITY = Duration.ofDays(398);
    /** Clocks of hosts may be behind by this much. */
    private static final Duration SKEW = Duration.ofMinutes(10);

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final InstantSource clock;
    private final SecureRandom random;

    private CertificateAuthority(
            X509Certificate certificate, PrivateKey key, InstantSource clock, SecureRandom random) {
        this.certificate = certificate;
        this.key = key;
        this.clock = clock;
        this.random = random;
    }

    /** Opens the authority kept in a directory, or makes one when the directory has none. */
    public static CertificateAuthority open(Path directory, InstantSource clock, SecureRandom random)
            throws IOException, GeneralSecurityException {
        PrivateFiles.makeDirectory(directory);
        Path keyFile = directory.resolve("ca.key");
        Path certificateFile = directory.resolve("ca.crt");
        if (Files.exists(certificateFile)) {
            return new CertificateAuthority(
                    Pem.certificate(Files.readString(certificateFile)),
                    Pem.ecKey(Files.readString(keyFile)),
                    clock,
                    random);
        }
        KeyPair pair = newKey(random);
        Instant now = clock.instant();
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, "Evenkeel fleet CA " + HexFormat.of().toHexDigits(random.nextInt()))
                .build();
        X509Certificate certificate = Certificates.authority(
                name, pair.getPublic(), pair.getPrivate(), now.minus(SKEW), now.plus(CA_VALIDITY), random);
        PrivateFiles.write(keyFile, Pem.encode(pair.getPrivate()));
        PrivateFiles.write(certificateFile, Pem.encode(certificate)); // last: its presence means that both are whole
        return new CertificateAuthority(certificate, pair.getPrivate(), clock, random);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** The certificate as agents get it. */
    public String certificatePem() {
        try {
            return Pem.encode(certificate);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the CA certificate was parsed before, so it has an encoding", e);
        }
    }

    /** SHA-256 of the certificate's DER form in lower-case hex: the second half of a join token. */
    public String fingerprint() {
        try {
            return Pem.fingerprint(certificate);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A host's certificate in PEM form: its common name is the host's id. */
    public String issueHost(HostId host, PublicKey hostKey, SubjectNames names) throws GeneralSecurityException {
        return Pem.encode(issue(host.value(), hostKey, names, HOST_VALIDITY));
    }

    /** A fresh key and certificate for the gateway. */
    public Identity issueGateway(SubjectNames names) throws GeneralSecurityException {
        KeyPair pair = newKey(random);
        return new Identity(pair.getPrivate(), issue("evenkeel-gateway", pair.getPublic(), names, GATEWAY_VALIDITY));
    }

    private X509Certificate issue(String commonName, PublicKey subjectKey, SubjectNames names, Duration validity)
            throws GeneralSecurityException {
        Instant now = clock.instant();
        X500Name subject = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
        return Certificates.endEntity(
                certificate, key, subject, subjectKey, names, now.minus(SKEW), now.plus(validity), random);
    }

    private static KeyPair newKey(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    /** A private key and the certificate that names its owner. */
    public record Identity(PrivateKey key, X509Certificate certificate) {}
}
