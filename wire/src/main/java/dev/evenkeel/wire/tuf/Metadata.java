package dev.evenkeel.wire.tuf;

import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.tuf.TufException.Kind;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One role's metadata as they came: read, but not trusted yet. */
record Metadata(Role role, byte[] bytes, JsonNode signed, JsonNode signatures) {

    /** @throws TufException when they are too long, or not of this role */
    static Metadata read(Role role, byte[] bytes) throws TufException {
        if (bytes.length > role.most()) {
            throw new TufException(
                    Kind.TOO_LONG,
                    role.word() + " metadata of more than " + role.most() + " bytes; nothing was read of them");
        }
        JsonNode tree;
        try {
            tree = Json.mapper().readTree(bytes);
        } catch (JacksonException e) {
            throw new TufException(Kind.FORMAT, role.word() + " metadata that are no JSON");
        }
        Metadata metadata = new Metadata(role, bytes, tree.path("signed"), tree.path("signatures"));
        if (!metadata.signed.path("_type").asString("").equals(role.word())
                || !metadata.signed.path("version").isIntegralNumber()
                || metadata.signed.path("version").asLong(0) < 1
                || !metadata.signatures.isArray()) {
            throw new TufException(Kind.FORMAT, "what should be " + role.word() + " metadata is something else");
        }
        String spec = metadata.signed.path("spec_version").asString("");
        if (!spec.startsWith("1.")) { // TUF 4.3: another major version means something else by the same words
            throw new TufException(
                    Kind.FORMAT, role.word() + " metadata of TUF version \"" + spec + "\", where 1 is understood");
        }
        metadata.expires();
        return metadata;
    }

    long version() {
        return signed.get("version").asLong();
    }

    Instant expires() throws TufException {
        try {
            return Instant.parse(signed.path("expires").asString(""));
        } catch (DateTimeException e) {
            throw new TufException(Kind.FORMAT, role.word() + " metadata do not say when they expire");
        }
    }

    /** TUF 5.3.10, 5.4.4, 5.5.6, 5.6.5. */
    void requireFresh(Instant now) throws TufException {
        if (!expires().isAfter(now)) {
            throw new TufException(
                    Kind.EXPIRED,
                    role.word() + " metadata of version " + version() + " expired at " + expires()
                            + "; have them signed anew, and see that nobody keeps newer ones back");
        }
    }

    /**
     * At least as many keys as the role's threshold have signed it, each counted once (TUF 5.3.4, 5.4.2, 5.5.3, 5.6.3).
     *
     * @param root says which keys and how many
     */
    void requireSigned(Metadata root) throws TufException {
        JsonNode said = root.signed.path("roles").path(role.word());
        int threshold = said.path("threshold").asInt(0);
        if (threshold < 1) {
            throw new TufException(Kind.FORMAT, "root metadata name no threshold for " + role.word());
        }
        int by = signedBy(root.keys(role), content()).size();
        if (by < threshold) {
            throw new TufException(
                    Kind.THRESHOLD,
                    role.word() + " metadata of version " + version() + " are signed by " + by
                            + " of the role's keys, and must be by " + threshold);
        }
    }

    /** Those of these keys whose signatures are good, each once however often and under whatever name it signed. */
    private Set<VerifyingKey> signedBy(Map<String, VerifyingKey> keys, byte[] content) {
        Set<VerifyingKey> signers = new LinkedHashSet<>();
        for (JsonNode signature : signatures) {
            VerifyingKey key = keys.get(signature.path("keyid").asString(""));
            if (key != null && key.hasSigned(content, signature.path("sig").asString(""))) {
                signers.add(key);
            }
        }
        return signers;
    }

    /** Those of these keys that have signed it well. */
    List<VerifyingKey> signedBy(List<VerifyingKey> keys) throws TufException {
        Map<String, VerifyingKey> named = new LinkedHashMap<>();
        keys.forEach(key -> named.put(key.id(), key));
        return List.copyOf(signedBy(named, content()));
    }

    /** The text that is signed. */
    private byte[] content() throws TufException {
        try {
            return CanonicalJson.of(signed);
        } catch (IllegalArgumentException e) {
            throw new TufException(Kind.FORMAT, role.word() + " metadata: " + e.getMessage());
        }
    }

    /** The files that targets metadata list; one without a digest is none. */
    List<TrustedMetadata.Target> targets() {
        List<TrustedMetadata.Target> all = new ArrayList<>();
        for (var named : signed.path("targets").properties()) {
            target(named.getKey()).ifPresent(all::add);
        }
        return all;
    }

    Optional<TrustedMetadata.Target> target(String name) {
        JsonNode found = signed.path("targets").path(name);
        String sha256 = found.path("hashes").path("sha256").asString("");
        return sha256.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new TrustedMetadata.Target(name, found.path("length").asLong(-1), sha256));
    }

    /** The keys of a role by their ids, as this root names them; a key of another kind than ours is left out. */
    Map<String, VerifyingKey> keys(Role of) {
        Map<String, VerifyingKey> keys = new LinkedHashMap<>();
        for (JsonNode keyid : signed.path("roles").path(of.word()).path("keyids")) {
            JsonNode key = signed.path("keys").path(keyid.asString(""));
            String hex = key.path("keyval").path("public").asString("");
            if (key.path("scheme").asString("").equals("ed25519") && hex.matches("[0-9a-f]{64}")) {
                keys.put(keyid.asString(""), new VerifyingKey(hex));
            }
        }
        return keys;
    }

    /** Who may sign for a role, as this root says it. */
    Drafts.Signers signers(Role of) throws TufException {
        try {
            return new Drafts.Signers(
                    new LinkedHashSet<>(keys(of).values()).stream().toList(),
                    signed.path("roles").path(of.word()).path("threshold").asInt(0));
        } catch (IllegalArgumentException e) {
            throw new TufException(Kind.FORMAT, "root metadata say of " + of.word() + ": " + e.getMessage());
        }
    }

    /** Whether these are the ones that other metadata name. */
    boolean isNamed(Metadata by) {
        try {
            requireNamed(by);
            return true;
        } catch (TufException e) {
            return false;
        }
    }

    /** What other metadata say that these must be, such as {@code meta["snapshot.json"]} (TUF 4.4, 4.6). */
    void requireNamed(Metadata by) throws TufException {
        JsonNode named = by.signed.path("meta").path(role.word() + ".json");
        if (named.path("version").asLong(0) != version()) {
            throw new TufException(
                    Kind.MIX_AND_MATCH,
                    role.word() + " metadata of version " + version() + ", and the " + by.role.word()
                            + " names version " + named.path("version").asLong(0) + "; they do not belong together");
        }
        String sha256 = named.path("hashes").path("sha256").asString("");
        if (!sha256.isEmpty() && !sha256.equals(sha256(bytes))) {
            throw new TufException(
                    Kind.MIX_AND_MATCH,
                    role.word() + " metadata are not the ones that the " + by.role.word() + " names");
        }
    }

    /** Never older than what was trusted before (TUF 5.4.3, 5.5.5). */
    void requireNotOlder(long before) throws TufException {
        if (version() < before) {
            throw new TufException(
                    Kind.ROLLBACK,
                    role.word() + " metadata of version " + version() + ", and version " + before
                            + " was trusted before; somebody offers what is outdated");
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
