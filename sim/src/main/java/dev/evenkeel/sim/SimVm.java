package dev.evenkeel.sim;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The truth about one VM. */
final class SimVm {
    /** Why a VM no longer runs. */
    enum Death {
        HOST_DIED,
        VMM_DIED,
        /** Its memory was still on the source when that or the link to it was lost; its owner had allowed post-copy. */
        POST_COPY_LOST,
        BY_HAND,
        /** We asked its guest to go down, as its owner lets us. */
        STOPPED
    }

    final VmId id;
    final TenantId tenant;
    final Bytes memory;
    final @Nullable AvailabilitySetId set;
    Intent intent;
    final List<Refusal> obstacles;

    /** Why its memory can't be kept while its VMM is replaced. */
    List<Refusal> ties = List.of();

    /** What its process is of. */
    String vmm = "10.0";

    /** It is with its host's agent's own daemon. */
    boolean aside;

    final Bytes dirtyRate;

    /** Where it is defined. */
    HostId home;

    /** Where it runs: one host while it lives; two only in the worst of bugs. */
    final TreeSet<HostId> running = new TreeSet<>();

    /** The destination that waits for it, its memory set aside there. */
    @Nullable
    HostId incoming;

    /** Since when it stands still, saved beside its memory, while its host changes its kernel. */
    @Nullable
    Instant still;

    @Nullable
    Death death;

    /** The order by which its guest was asked to go down since it last started. */
    @Nullable
    EffectId asked;

    /** Whether its owner has ever let it be restarted. */
    private boolean consented;

    SimVm(
            VmId id,
            TenantId tenant,
            Bytes memory,
            @Nullable AvailabilitySetId set,
            Intent intent,
            List<Refusal> obstacles,
            Bytes dirtyRate,
            HostId home) {
        this.id = id;
        this.tenant = tenant;
        this.memory = memory;
        this.set = set;
        this.intent = intent;
        this.obstacles = obstacles;
        this.dirtyRate = dirtyRate;
        this.home = home;
        running.add(home);
        this.consented = consents();
    }

    boolean consents() {
        return intent.restart() == Intent.Restart.CONSENT;
    }

    /** A set is its tenant's. */
    boolean isInOneSetWith(SimVm other) {
        return set != null && set.equals(other.set) && tenant.equals(other.tenant);
    }

    boolean hasConsented() {
        return consented;
    }

    boolean canBeMoved() {
        return intent.migration() != Intent.Migration.NEVER && obstacles.isEmpty();
    }

    /** Its owner gives or withdraws consent to a restart. */
    void ownerChangesMind() {
        intent = new Intent(
                intent.maxPause(),
                intent.migration(),
                intent.postCopy(),
                consents() ? Intent.Restart.NEVER : Intent.Restart.CONSENT,
                intent.onHostFailure(),
                intent.notice());
        consented = consented || consents();
    }

    boolean runsOn(HostId host) {
        return running.contains(host);
    }

    boolean occupies(HostId host) {
        return running.contains(host) || host.equals(incoming);
    }

    boolean knownOn(HostId host) {
        return occupies(host) || home.equals(host);
    }

    /** Whether it is in its place and runs what is installed there. */
    boolean settled(SimFleet fleet) {
        return !aside && vmm.equals(fleet.host(home).qemu());
    }

    void comesHome(SimFleet fleet) {
        if (aside) {
            aside = false;
            vmm = fleet.host(home).qemu();
        }
    }

    void dies(Death how) {
        running.clear();
        aside = false;
        still = null;
        incoming = null;
        death = how;
    }

    void starts(SimFleet fleet) {
        running.add(home);
        vmm = fleet.host(home).qemu();
        death = null;
        asked = null;
    }

    /** As the agent of {@code host} sees it. */
    Vm seenOn(HostId host, String installed) {
        VmState state = runsOn(host)
                ? still == null ? VmState.RUNNING : VmState.PAUSED
                : host.equals(incoming) ? VmState.PAUSED : death == Death.VMM_DIED ? VmState.CRASHED : VmState.SHUT_OFF;
        return new Vm(
                id,
                id.value(),
                tenant,
                host,
                state,
                memory,
                1,
                set,
                intent,
                vmm,
                obstacles,
                dirtyRate,
                false,
                !runsOn(host) || vmm.equals(installed),
                runsOn(host) && aside,
                ties);
    }
}
