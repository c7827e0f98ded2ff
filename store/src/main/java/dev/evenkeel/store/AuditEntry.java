package dev.evenkeel.store;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One line of the audit trail.
 *
 * @param sequence from 1, without gaps
 * @param at to the microsecond
 * @param actor who
 * @param action what, such as {@code rollout.start}
 * @param subject on what, such as a run's id
 * @param why in the actor's words, perhaps empty
 * @param hash digest of this entry and of the one before, lower-case hex
 */
public record AuditEntry(
        long sequence,
        Instant at,
        String actor,
        String action,
        String subject,
        String why,
        SortedMap<String, String> detail,
        String hash) {
    public AuditEntry {
        detail = Collections.unmodifiableSortedMap(new TreeMap<>(detail));
    }

    /**
     * What {@link #hash} must be: SHA-256 over the former hash and all other fields, each text led by its length in bytes,
     * so that no two different entries give the same bytes.
     */
    String hashAfter(String formerHash) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            text(out, formerHash);
            out.writeLong(sequence);
            out.writeLong(at.getEpochSecond());
            out.writeInt(at.getNano());
            text(out, actor);
            text(out, action);
            text(out, subject);
            text(out, why);
            out.writeInt(detail.size());
            for (Map.Entry<String, String> each : detail.entrySet()) {
                text(out, each.getKey());
                text(out, each.getValue());
            }
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
