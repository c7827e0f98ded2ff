package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.catalogue.Draft;
import dev.evenkeel.cli.catalogue.KeyFiles;
import dev.evenkeel.cli.catalogue.Workbench;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.TrustedMetadata.Target;
import dev.evenkeel.wire.tuf.TufException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What every verb that signs does alike: sign, write the draft, tell what it says and who must sign it yet. */
final class Signing {
    private final Session session;
    private final Workbench bench;

    Signing(Session session, Workbench bench) {
        this.session = session;
        this.bench = bench;
    }

    /** Signs a draft with these files' keys and writes it. */
    Draft sign(Draft draft, List<Path> keys, Path file, Optional<TrustedMetadata> trusted) throws TufException {
        Draft signed = draft.sign(KeyFiles.thatCanSign(keys), trusted);
        signed.write(file);
        return signed;
    }

    /** Tells what a draft changes and how far it is signed; how to go on is said beside it. */
    void tell(Draft draft, Path file, Optional<TrustedMetadata> trusted, String publish) throws TufException {
        List<Draft.Need> needs = draft.needs(trusted);
        boolean ready = needs.stream().allMatch(Draft.Need::met);
        List<String> changes = changes(draft, trusted);
        ObjectNode answer = Json.object().put("draft", file.toString()).put("ready", ready);
        ArrayNode said = answer.putArray("changes");
        changes.forEach(said::add);
        ArrayNode signatures = answer.putArray("signatures");
        for (Draft.Need need : needs) {
            ObjectNode one = signatures.addObject().put("what", need.what()).put("needed", need.threshold());
            ArrayNode by = one.putArray("signed");
            need.signed().forEach(key -> by.add(key.hex()));
            ArrayNode missing = one.putArray("missing");
            need.missing().forEach(key -> missing.add(key.hex()));
        }
        session.one(answer, it -> {
            changes.forEach(session.out()::println);
            needs.forEach(need -> session.out().println(Workbench.words(need)));
        });
        session.note(
                ready
                        ? "ready: " + publish + " " + file
                        : "hand " + file + " to another holder of a key, for: evenkeel catalogue sign " + file
                                + " --key FILE");
    }

    /** What would be different, in words: a signer must see what it signs. */
    private static List<String> changes(Draft draft, Optional<TrustedMetadata> trusted) throws TufException {
        List<String> changes = new ArrayList<>();
        if (draft.root() != null) {
            for (Role role : List.of(Role.ROOT, Role.TARGETS)) {
                Drafts.Signers signers = Drafts.signers(draft.root(), role);
                changes.add(role.word() + ": " + signers.threshold() + " of "
                        + signers.keys().stream().map(key -> key.hex()).toList());
            }
        }
        if (draft.targets() != null) {
            List<Target> now = Drafts.listed(draft.targets());
            List<Target> before = trusted.map(TrustedMetadata::targets).orElse(List.of());
            now.stream()
                    .filter(target -> !before.contains(target))
                    .forEach(target -> changes.add("+ " + target.name() + " sha256 " + target.sha256()));
            before.stream()
                    .filter(target -> now.stream().noneMatch(t -> t.name().equals(target.name())))
                    .forEach(target -> changes.add("- " + target.name()));
            changes.add("targets: " + now.size() + " updates");
        }
        return changes;
    }

    /** Publishes a draft when it is ready and nobody wants to wait; else writes it and tells what is missing. */
    ExitCode publishOrTell(Draft draft, Path file, Optional<TrustedMetadata> trusted, boolean wait)
            throws IOException, TufException {
        boolean ready = draft.needs(trusted).stream().allMatch(Draft.Need::met);
        if (!ready || wait) {
            draft.write(file);
            tell(draft, file, trusted, "evenkeel catalogue publish");
            return ExitCode.OK;
        }
        bench.publish(draft);
        published();
        return ExitCode.OK;
    }

    /** Tells what the catalogue is now. */
    void published() {
        CatalogueCommand.show(session);
    }
}
