package dev.evenkeel.server.view;

import dev.evenkeel.server.catalogue.SignedCatalogue;
import dev.evenkeel.wire.tuf.Drafts;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.TufException;
import dev.evenkeel.wire.tuf.VerifyingKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The signed catalogue.
 *
 * @param roles empty before there is a root
 * @param updates how many updates are signed
 */
public record CatalogueView(List<RoleView> roles, int updates) {
    /**
     * A role.
     *
     * @param version 0 when nothing of it was published
     */
    public record RoleView(
            String role, long version, @Nullable Instant expires, int threshold, List<KeyView> keys) {}

    /**
     * A public key.
     *
     * @param id as metadata name it
     * @param hex its 32 bytes
     */
    public record KeyView(String id, String hex) {
        public static KeyView of(VerifyingKey key) {
            return new KeyView(key.id(), key.hex());
        }
    }

    /** The server's own public keys. */
    public record OnlineKeysView(KeyView snapshot, KeyView timestamp) {
        public static OnlineKeysView of(SignedCatalogue catalogue) {
            return new OnlineKeysView(KeyView.of(catalogue.snapshotKey()), KeyView.of(catalogue.timestampKey()));
        }
    }

    public static CatalogueView of(SignedCatalogue catalogue) throws TufException {
        Optional<TrustedMetadata> published = catalogue.published();
        if (published.isEmpty()) {
            return new CatalogueView(List.of(), 0);
        }
        List<RoleView> roles = new ArrayList<>();
        for (Role role : Role.values()) {
            Drafts.Signers signers = published.get().signers(role);
            roles.add(new RoleView(
                    role.word(),
                    published.get().version(role),
                    published.get().expires(role).orElse(null),
                    signers.threshold(),
                    signers.keys().stream().map(KeyView::of).toList()));
        }
        return new CatalogueView(roles, published.get().targets().size());
    }
}
