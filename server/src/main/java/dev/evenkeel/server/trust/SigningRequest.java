package dev.evenkeel.server.trust;

import dev.evenkeel.wire.trust.Pem;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Reads a certificate signing request (PKCS #10, RFC 2986). Of its wishes only the key counts: names are ours to give. */
public final class SigningRequest {
    private static final int LEAST_EC_BITS = 256;
    private static final int LEAST_RSA_BITS = 3072;

    private SigningRequest() {}

    /**
     * The key in the request, once its sender has proved to own it.
     *
     * @throws GeneralSecurityException saying what is wrong with the request
     */
    public static PublicKey key(String pem) throws GeneralSecurityException {
        try {
            JcaPKCS10CertificationRequest request =
                    new JcaPKCS10CertificationRequest(Pem.decode("CERTIFICATE REQUEST", pem));
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new GeneralSecurityException("the request is not signed with the key that it carries");
            }
            requireStrong(key);
            return key;
        } catch (IOException | OperatorCreationException | PKCSException e) {
            throw new GeneralSecurityException("the certificate signing request cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireStrong(PublicKey key) throws GeneralSecurityException {
        boolean strong = switch (key) {
            case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= LEAST_EC_BITS;
            case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= LEAST_RSA_BITS;
            default -> false;
        };
        if (!strong) {
            throw new GeneralSecurityException("the key must be EC of " + LEAST_EC_BITS + " bits or RSA of "
                    + LEAST_RSA_BITS + " bits, or more; it is " + key.getAlgorithm());
        }
    }
}
