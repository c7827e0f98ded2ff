package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.UpdateId;
import org.jspecify.annotations.Nullable;

/** What a host run is for. */
public sealed interface Purpose {
    /**
     * Empty the host by live migration, or let VMs stay there; bring the update in, verify it.
     *
     * @param back take the update back instead, which only a hot patch can be without a VM feeling it
     */
    record UpdateHost(UpdateId update, Method method, boolean back) implements Purpose {
        /** Brings it in. */
        public UpdateHost(UpdateId update, Method method) {
            this(update, method, false);
        }
    }

    /** Empty the host and leave it empty. */
    record Evacuate() implements Purpose {}

    /** Move one VM away from the host; to {@code to}, or wherever there is room when null. */
    record MoveOne(VmId vm, @Nullable HostId to) implements Purpose {}

    /** Whether it has to do with a VM on the host. */
    default boolean concerns(VmId vm) {
        return !(this instanceof MoveOne one) || one.vm().equals(vm);
    }

    /** The update that it brings, or takes back; null when it is about none. */
    default @Nullable UpdateId brings() {
        return this instanceof UpdateHost update ? update.update() : null;
    }

    /** One phrase for the ledger. */
    default String phrase() {
        return switch (this) {
            case UpdateHost u -> (u.back() ? "taking back update " : "update ") + u.update();
            case Evacuate e -> "evacuation";
            case MoveOne m -> "move";
        };
    }
}
