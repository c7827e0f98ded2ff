package dev.evenkeel.cli.catalogue;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Drafts.Signers;
import dev.evenkeel.wire.tuf.Publication;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.SigningKey;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import dev.evenkeel.wire.tuf.TufException;
import dev.evenkeel.wire.tuf.VerifyingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * A publication that people hand each other until enough of them have signed it: a file that holds no secret.
 *
 * @param root the next root, or null
 * @param targets the next targets, or null
 * @param manifests of the updates that are new in the targets
 */
public record Draft(@Nullable ObjectNode root, @Nullable ObjectNode targets, List<String> manifests) {
    public Draft {
        manifests = List.copyOf(manifests);
    }

    /**
     * One of the groups of keys whose signatures a draft needs.
     *
     * @param what in words, such as {@code targets version 3}
     * @param signed those that have signed
     * @param missing those that could still
     */
    public record Need(String what, int threshold, List<VerifyingKey> signed, List<VerifyingKey> missing) {
        static Need of(String what, Role role, ObjectNode metadata, Signers signers) throws TufException {
            List<VerifyingKey> signed = Drafts.signedBy(role, metadata, signers);
            return new Need(
                    what,
                    signers.threshold(),
                    signed,
                    signers.keys().stream().filter(key -> !signed.contains(key)).toList());
        }

        public boolean met() {
            return signed.size() >= threshold;
        }
    }

    /** Everything that must be signed, by the keys that are trusted now and by those of the draft itself. */
    public List<Need> needs(Optional<TrustedMetadata> trusted) throws TufException {
        List<Need> needs = new ArrayList<>();
        if (root != null) {
            String what = "root version " + Drafts.version(Role.ROOT, root);
            Signers own = Drafts.signers(root, Role.ROOT);
            if (trusted.isPresent() && !trusted.get().signers(Role.ROOT).equals(own)) {
                needs.add(Need.of(
                        what + ", the keys until now",
                        Role.ROOT,
                        root,
                        trusted.get().signers(Role.ROOT)));
                what += ", the keys from now on";
            }
            needs.add(Need.of(what, Role.ROOT, root, own));
        }
        if (targets != null) {
            Signers signers = root != null
                    ? Drafts.signers(root, Role.TARGETS)
                    : trusted.orElseThrow(Draft::noRoot).signers(Role.TARGETS);
            needs.add(Need.of(
                    "targets version " + Drafts.version(Role.TARGETS, targets), Role.TARGETS, targets, signers));
        }
        return needs;
    }

    /** There is nothing to go on from. */
    public static CommandFailed noRoot() {
        return new CommandFailed(
                ExitCode.REFUSED, "the catalogue has no root yet; make it first with: evenkeel catalogue init --help");
    }

    /**
     * Adds signatures.
     *
     * @throws CommandFailed when a key may sign nothing of it
     */
    public Draft sign(List<SigningKey> keys, Optional<TrustedMetadata> trusted) throws TufException {
        ObjectNode nextRoot = root;
        ObjectNode nextTargets = targets;
        for (SigningKey key : keys) {
            boolean used = false;
            if (nextRoot != null && mayTouch(Role.ROOT, key, trusted)) {
                nextRoot = key.sign(nextRoot);
                used = true;
            }
            if (nextTargets != null && mayTouch(Role.TARGETS, key, trusted)) {
                nextTargets = key.sign(nextTargets);
                used = true;
            }
            if (!used) {
                throw new CommandFailed(
                        ExitCode.REFUSED,
                        "the key " + key.shown().hex()
                                + " may sign nothing of this draft; evenkeel catalogue show lists" + " whose keys may");
            }
        }
        return new Draft(nextRoot, nextTargets, manifests);
    }

    private boolean mayTouch(Role role, SigningKey key, Optional<TrustedMetadata> trusted) throws TufException {
        boolean byDraft = root != null && Drafts.signers(root, role).keys().contains(key.shown());
        boolean asked = role == Role.ROOT || root == null;
        return byDraft
                || (asked
                        && trusted.isPresent()
                        && trusted.get().signers(role).keys().contains(key.shown()));
    }

    /** Whether the targets vouch for this file. */
    public boolean lists(Target target) throws TufException {
        return targets != null && Drafts.listed(targets).contains(target);
    }

    public Publication publication() {
        return new Publication(text(root), text(targets), manifests);
    }

    private static @Nullable String text(@Nullable ObjectNode metadata) {
        return metadata == null ? null : Json.mapper().writeValueAsString(metadata);
    }

    /** @throws CommandFailed when the file is no draft */
    public static Draft read(Path file) {
        try {
            return Json.mapper().readValue(Files.readAllBytes(file), Draft.class);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, "the draft " + file + " cannot be read: " + e.getMessage());
        } catch (JacksonException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    file + " is no draft of evenkeel update sign or evenkeel catalogue: " + e.getOriginalMessage());
        }
    }

    public void write(Path file) {
        try {
            Files.write(file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, "the draft " + file + " cannot be written: " + e.getMessage());
        }
    }
}
