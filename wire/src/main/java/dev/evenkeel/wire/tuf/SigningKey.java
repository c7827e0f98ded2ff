package dev.evenkeel.wire.tuf;

import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.trust.Pem;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A private Ed25519 key (RFC 8032) of a role, with its public half. It lives in a file of its owner's and nowhere else. */
public final class SigningKey {
    private static final byte[] PROBE = {'e', 'k'};

    private final PrivateKey secret;
    private final VerifyingKey shown;

    private SigningKey(PrivateKey secret, VerifyingKey shown) {
        this.secret = secret;
        this.shown = shown;
    }

    public static SigningKey generate() {
        try {
            var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new SigningKey(pair.getPrivate(), VerifyingKey.of((EdECPublicKey) pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    /** As two PEM blocks, the secret and the public key; to be written with mode 0600. */
    public String pem() {
        return Pem.encode(secret) + shown.pem();
    }

    /** @throws GeneralSecurityException when it is no such file, or its halves do not belong together */
    public static SigningKey of(String pem) throws GeneralSecurityException {
        PrivateKey secret = KeyFactory.getInstance("Ed25519")
                .generatePrivate(new PKCS8EncodedKeySpec(Pem.decode("PRIVATE KEY", pem)));
        VerifyingKey shown = VerifyingKey.ofPem(pem);
        SigningKey key = new SigningKey(secret, shown);
        if (!shown.hasSigned(PROBE, key.sign(PROBE))) {
            throw new GeneralSecurityException("its public half belongs to another key");
        }
        return key;
    }

    /** The half that may be shown. */
    public VerifyingKey shown() {
        return shown;
    }

    String sign(byte[] content) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(secret);
            signature.update(content);
            return HexFormat.of().formatHex(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    /**
     * Adds this key's signature to metadata, or puts it in place of an older one of its own.
     *
     * @param metadata an object with {@code signed} and perhaps {@code signatures}
     */
    public ObjectNode sign(ObjectNode metadata) {
        JsonNode signed = metadata.get("signed");
        ArrayNode signatures = Json.mapper().createArrayNode();
        for (JsonNode there : metadata.path("signatures")) {
            if (!there.path("keyid").asString("").equals(shown.id())) {
                signatures.add(there);
            }
        }
        signatures.addObject().put("keyid", shown.id()).put("sig", sign(CanonicalJson.of(signed)));
        ObjectNode result = metadata.deepCopy();
        result.set("signatures", signatures);
        return result;
    }
}
