package dev.evenkeel.wire.tuf;

import dev.evenkeel.wire.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Metadata yet to be signed (TUF 4). */
public final class Drafts {
    private static final String SPEC = "1.0.33";

    private Drafts() {}

    /**
     * Who may sign for a role.
     *
     * @param threshold how many of them must, 1 or more
     */
    public record Signers(List<VerifyingKey> keys, int threshold) {
        public Signers {
            keys = List.copyOf(keys);
            if (threshold < 1 || threshold > keys.size()) {
                throw new IllegalArgumentException(
                        "threshold " + threshold + ": from 1 to the number of keys, " + keys.size());
            }
        }
    }

    public static ObjectNode root(long version, Instant expires, Map<Role, Signers> roles) {
        ObjectNode signed = begin(Role.ROOT, version, expires);
        signed.put("consistent_snapshot", true);
        ObjectNode keys = signed.putObject("keys");
        ObjectNode all = signed.putObject("roles");
        for (Role role : Role.values()) {
            Signers signers = roles.get(role);
            if (signers == null) {
                throw new IllegalArgumentException("nobody may sign for " + role.word());
            }
            ObjectNode one = all.putObject(role.word()).put("threshold", signers.threshold);
            ArrayNode ids = one.putArray("keyids");
            for (VerifyingKey key : signers.keys) {
                keys.set(key.id(), key.json());
                ids.add(key.id());
            }
        }
        return envelope(signed);
    }

    /** Who may sign for a role by root metadata, signed or not. */
    public static Signers signers(ObjectNode root, Role role) throws TufException {
        return read(Role.ROOT, root).signers(role);
    }

    /** Those of a role's keys that have signed metadata well. */
    public static List<VerifyingKey> signedBy(Role role, ObjectNode metadata, Signers signers) throws TufException {
        return read(role, metadata).signedBy(signers.keys);
    }

    /** A draft's version. */
    public static long version(Role role, ObjectNode metadata) throws TufException {
        return read(role, metadata).version();
    }

    /** The files that a draft of targets metadata vouches for. */
    public static List<TrustedMetadata.Target> listed(ObjectNode targets) throws TufException {
        return read(Role.TARGETS, targets).targets();
    }

    private static Metadata read(Role role, ObjectNode metadata) throws TufException {
        return Metadata.read(role, Json.mapper().writeValueAsBytes(metadata));
    }

    public static ObjectNode targets(long version, Instant expires, Collection<TrustedMetadata.Target> targets) {
        ObjectNode signed = begin(Role.TARGETS, version, expires);
        ObjectNode all = signed.putObject("targets");
        for (TrustedMetadata.Target target : targets) {
            ObjectNode one = all.putObject(target.name()).put("length", target.length());
            one.putObject("hashes").put("sha256", target.sha256());
        }
        return envelope(signed);
    }

    /** @param targets the signed ones */
    public static ObjectNode snapshot(long version, Instant expires, byte[] targets) throws TufException {
        ObjectNode signed = begin(Role.SNAPSHOT, version, expires);
        signed.putObject("meta").set("targets.json", named(Metadata.read(Role.TARGETS, targets)));
        return envelope(signed);
    }

    /** @param snapshot the signed one */
    public static ObjectNode timestamp(long version, Instant expires, byte[] snapshot) throws TufException {
        ObjectNode signed = begin(Role.TIMESTAMP, version, expires);
        signed.putObject("meta").set("snapshot.json", named(Metadata.read(Role.SNAPSHOT, snapshot)));
        return envelope(signed);
    }

    private static ObjectNode named(Metadata metadata) {
        ObjectNode named = Json.mapper().createObjectNode();
        named.put("version", metadata.version()).put("length", metadata.bytes().length);
        named.putObject("hashes").put("sha256", Metadata.sha256(metadata.bytes()));
        return named;
    }

    private static ObjectNode begin(Role role, long version, Instant expires) {
        if (version < 1) {
            throw new IllegalArgumentException("version " + version + ": from 1");
        }
        return Json.mapper()
                .createObjectNode()
                .put("_type", role.word())
                .put("spec_version", SPEC)
                .put("version", version)
                .put("expires", expires.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static ObjectNode envelope(ObjectNode signed) {
        ObjectNode envelope = Json.mapper().createObjectNode();
        envelope.set("signed", signed);
        envelope.putArray("signatures");
        return envelope;
    }
}
