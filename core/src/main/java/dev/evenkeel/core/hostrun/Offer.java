package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The choice that the owner of one VM has: when it is restarted for an update that it can be spared in no gentler way.
 *
 * @param since when it was offered
 * @param ends until when the owner may choose; afterwards it is done in the scheduled phase
 * @param startAt when the owner wants it, or null
 * @param by who chose, or null
 * @param agreed why the VM may be restarted, once it may; null before
 */
public record Offer(
        VmId vm,
        String name,
        TenantId tenant,
        Instant since,
        Instant ends,
        @Nullable Instant startAt,
        @Nullable String by,
        @Nullable String agreed) {

    Offer chosen(Instant at, String who) {
        return new Offer(vm, name, tenant, since, ends, at, who, agreed);
    }

    /** Its time has come. */
    Offer agreeing() {
        String why = startAt == null ? "its self-service window ended at " + ends : by + " chose " + startAt;
        return agreed != null ? this : new Offer(vm, name, tenant, since, ends, startAt, by, why);
    }
}
