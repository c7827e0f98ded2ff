package dev.evenkeel.wire.tuf;

import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.trust.Pem;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.HexFormat;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * A public Ed25519 key.
 *
 * @param hex its 32 bytes (RFC 8032, 5.1.5) in lower-case hex
 */
public record VerifyingKey(String hex) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    public VerifyingKey {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("a public Ed25519 key is 64 lower-case hex digits, not \"" + hex + "\"");
        }
    }

    private static final String LABEL = "EVENKEEL PUBLIC KEY";

    /** As a PEM block, for whoever is to know it. */
    public String pem() {
        return Pem.encode(LABEL, HexFormat.of().parseHex(hex));
    }

    /** Out of {@link #pem}, or of the file of a {@link SigningKey}. */
    public static VerifyingKey ofPem(String pem) throws GeneralSecurityException {
        byte[] bytes = Pem.decode(LABEL, pem);
        try {
            return new VerifyingKey(HexFormat.of().formatHex(bytes));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(e.getMessage(), e);
        }
    }

    static VerifyingKey of(EdECPublicKey key) {
        byte[] bigEndian = key.getPoint().getY().toByteArray();
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length && i < bigEndian.length; i++) {
            bytes[i] = bigEndian[bigEndian.length - 1 - i];
        }
        if (key.getPoint().isXOdd()) {
            bytes[31] |= (byte) 0x80;
        }
        return new VerifyingKey(HexFormat.of().formatHex(bytes));
    }

    /** As metadata name it (TUF 4.2): the SHA-256 of its canonical form. */
    public String id() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CanonicalJson.of(json())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** As metadata list it (TUF 4.2). */
    ObjectNode json() {
        ObjectNode key = Json.mapper().createObjectNode();
        key.put("keytype", "ed25519").put("scheme", "ed25519");
        key.putObject("keyval").put("public", hex);
        return key;
    }

    /** @param signature in hex */
    boolean hasSigned(byte[] content, String signature) {
        try {
            byte[] bytes = HexFormat.of().parseHex(hex);
            boolean odd = (bytes[31] & 0x80) != 0;
            bytes[31] &= 0x7f;
            byte[] bigEndian = new byte[32];
            for (int i = 0; i < bytes.length; i++) {
                bigEndian[i] = bytes[31 - i];
            }
            EdECPoint point = new EdECPoint(odd, new BigInteger(1, bigEndian));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point)));
            verifier.update(content);
            return verifier.verify(HexFormat.of().parseHex(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
