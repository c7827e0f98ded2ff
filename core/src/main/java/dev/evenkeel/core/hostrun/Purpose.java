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

    /** Bring one VM away from the host; to {@code to}, or wherever there is room when null. */
    sealed interface OneVm extends Purpose {
        VmId vm();

        @Nullable
        HostId to();
    }

    /** By live migration. */
    record MoveOne(VmId vm, @Nullable HostId to) implements OneVm {}

    /**
     * By shutting it down here and starting it there.
     *
     * @param update that its owner does it for: hosts that have it are taken first; null when it is for none
     * @param agreed how its owner has agreed, who then is told no more; null where what they let be done to the VM counts
     */
    record Redeploy(
            VmId vm,
            @Nullable HostId to,
            @Nullable UpdateId update,
            @Nullable String agreed) implements OneVm {}

    /** Whether it has to do with a VM on the host. */
    default boolean concerns(VmId vm) {
        return !(this instanceof OneVm one) || one.vm().equals(vm);
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
            case Redeploy r -> "redeployment";
        };
    }
}
