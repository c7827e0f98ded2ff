package dev.evenkeel.server.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;

/** Signatures of tokens: RS256, ES256 and EdDSA with Ed25519 (RFC 7518, RFC 8037), and no others. */
final class Signatures {
    static final Set<JWSAlgorithm> TAKEN = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA);
    /** What comes before the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410 §4). */
    private static final byte[] ED25519_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

    private Signatures() {}

    /** Whether a token with this algorithm and key id may have been signed with this key. */
    static boolean fits(JWK key, SignedJWT token) {
        JWSAlgorithm algorithm = token.getHeader().getAlgorithm();
        String id = token.getHeader().getKeyID();
        boolean named = id == null || id.equals(key.getKeyID());
        boolean forSigning = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
        boolean forThis = key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm);
        return named && forSigning && forThis && isOfKind(key, algorithm);
    }

    private static boolean isOfKind(JWK key, JWSAlgorithm algorithm) {
        return switch (key) {
            case RSAKey rsa -> algorithm.equals(JWSAlgorithm.RS256);
            case ECKey ec ->
                algorithm.equals(JWSAlgorithm.ES256) && ec.getCurve().equals(Curve.P_256);
            case OctetKeyPair okp ->
                algorithm.equals(JWSAlgorithm.EdDSA) && okp.getCurve().equals(Curve.Ed25519);
            default -> false;
        };
    }

    /** Whether the token was signed with this key, which fits it. */
    static boolean isBy(JWK key, SignedJWT token) {
        try {
            return switch (key) {
                case RSAKey rsa -> token.verify(new RSASSAVerifier(rsa.toRSAPublicKey()));
                case ECKey ec -> token.verify(new ECDSAVerifier(ec.toECPublicKey()));
                case OctetKeyPair okp -> isBy(okp, token);
                default -> false;
            };
        } catch (JOSEException | GeneralSecurityException e) {
            return false; // a key that cannot be used has signed nothing
        }
    }

    private static boolean isBy(OctetKeyPair key, SignedJWT token) throws GeneralSecurityException {
        byte[] point = key.getDecodedX();
        byte[] encoded = new byte[ED25519_HEAD.length + point.length];
        System.arraycopy(ED25519_HEAD, 0, encoded, 0, ED25519_HEAD.length);
        System.arraycopy(point, 0, encoded, ED25519_HEAD.length, point.length);
        PublicKey pub = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(pub);
        String text = token.getParsedString();
        signature.update(text.substring(0, text.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(token.getSignature().decode());
    }
}
