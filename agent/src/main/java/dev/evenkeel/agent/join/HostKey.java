package dev.evenkeel.agent.join;

import dev.evenkeel.wire.trust.Pem;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A host's key: EC P-256, made on the host. It is kept over renewals, so that key and certificate files always fit. */
final class HostKey {
    private HostKey() {}

    static KeyPair make() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), new SecureRandom());
        return generator.generateKeyPair();
    }

    /** Asks for a certificate over the key: PKCS #10 in PEM form. The server gives the names, so only the key counts. */
    static String request(String commonName, PublicKey key, PrivateKey signer) throws GeneralSecurityException {
        try {
            byte[] der = new JcaPKCS10CertificationRequestBuilder(
                            new X500NameBuilder(BCStyle.INSTANCE)
                                    .addRDN(BCStyle.CN, commonName)
                                    .build(),
                            key)
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer))
                    .getEncoded();
            return Pem.encode("CERTIFICATE REQUEST", der);
        } catch (IOException | OperatorCreationException e) {
            throw new GeneralSecurityException("the certificate signing request could not be made", e);
        }
    }

    /** The public half of a key: its secret times the curve's base point. The JDK cannot do this, Bouncy Castle can. */
    static PublicKey publicOf(ECPrivateKey key) throws GeneralSecurityException {
        org.bouncycastle.math.ec.ECPoint point = new FixedPointCombMultiplier()
                .multiply(CustomNamedCurves.getByName("P-256").getG(), key.getS())
                .normalize();
        ECPoint w = new ECPoint(
                point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(w, key.getParams()));
    }

    /**
     * The key in PEM form with its public half inside. The JDK leaves that half out, which PKCS #8 allows (RFC 5915), but
     * GnuTLS, which libvirt and QEMU use, does not read such a key.
     */
    static String forGnuTls(String keyPem) throws GeneralSecurityException {
        ECPrivateKey key = (ECPrivateKey) Pem.ecKey(keyPem);
        ASN1BitString half =
                SubjectPublicKeyInfo.getInstance(publicOf(key).getEncoded()).getPublicKeyData();
        AlgorithmIdentifier curve =
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1);
        try {
            byte[] der = new PrivateKeyInfo(
                            curve, new org.bouncycastle.asn1.sec.ECPrivateKey(256, key.getS(), half, null))
                    .getEncoded();
            return Pem.encode("PRIVATE KEY", der);
        } catch (IOException e) {
            throw new GeneralSecurityException("the host's key could not be written for GnuTLS", e);
        }
    }
}
