package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.OwnerSettings;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One order to an agent. Carried out at most once for each {@link EffectId}. */
public sealed interface Effect {

    /**
     * Live-migrate a VM from the agent's host.
     *
     * @param toAddress management address of the destination
     * @param maxPause the owner's limit; abort rather than break it
     * @param postCopy whether memory may follow after the switch
     * @param timeLimit give the move up, cleanly, after this long
     * @param said what was said of the VM beside its metadata, put in when it is handed out; null when nothing was
     */
    record MoveVm(
            VmId vm,
            HostId from,
            HostId to,
            String toAddress,
            Duration maxPause,
            boolean postCopy,
            Duration timeLimit,
            @Nullable OwnerSettings said)
            implements Effect {
        public MoveVm(
                VmId vm,
                HostId from,
                HostId to,
                String toAddress,
                Duration maxPause,
                boolean postCopy,
                Duration timeLimit) {
            this(vm, from, to, toAddress, maxPause, postCopy, timeLimit, null);
        }
    }

    /**
     * Give a VM of the agent's host a new process of the VMM that is installed there now, its memory staying where it is.
     *
     * @param maxPause the owner's limit; the old process goes on rather than the new one breaking it
     * @param aside leave it with the agent's own daemon, until it is handed over the next time: the host's is about to be
     *     replaced by an older one, which could not take it over
     */
    record HandOver(VmId vm, Duration maxPause, boolean aside) implements Effect {}

    /** Give up the move that runs under {@code move}, the VM staying where it is; nothing when it has ended. */
    record AbortMove(VmId vm, EffectId move) implements Effect {}

    /**
     * Start another kernel in place of the one that runs, the VMs of the host standing still meanwhile with their memory
     * kept. Nothing when it runs already.
     *
     * @param back the kernel that ran before the update was applied, not the one that the update brings
     */
    record SwitchKernel(UpdateId update, boolean back) implements Effect {}

    /** Bring the payload of {@code method} onto the host, which must be empty of VMs unless the method is a PRESERVE one. */
    record ApplyUpdate(UpdateId update, Method method) implements Effect {}

    /** Prove by what runs, not by what is installed, that the update is in. */
    record VerifyUpdate(UpdateId update) implements Effect {}

    /** Bring the host back to what it ran before. Works on a host that is changed in part or not at all. */
    record UndoUpdate(UpdateId update, Method method) implements Effect {}

    /**
     * Ask a guest to shut down, so that its VM can be started again later; only ordered with its owner's consent. A guest
     * that is still up when {@code patience} is over is left running.
     *
     * @param update what the VM goes down for: no guest is asked before all that it needs lies on the host and is checked; null
     *     in what was ordered before there was such a check
     * @param method by which that update comes, or null for REBOOT
     * @param agreed how its owner has agreed to this very restart, or that its self-service window is over; null where what the
     *     VM itself says counts
     * @param said what was said of the VM beside its metadata, put in when it is handed out; null when nothing was
     */
    record StopVm(
            VmId vm,
            Duration patience,
            @Nullable UpdateId update,
            @Nullable Method method,
            @Nullable String agreed,
            @Nullable OwnerSettings said)
            implements Effect {
        public StopVm(
                VmId vm,
                Duration patience,
                @Nullable UpdateId update,
                @Nullable Method method,
                @Nullable String agreed) {
            this(vm, patience, update, method, agreed, null);
        }
    }

    /**
     * Ask a guest of the agent's host to shut down and start its VM on another host; its definition stays where it was until it
     * runs there. A guest that is still up when {@code patience} is over is left running. Where it was shut down and can't be
     * started there, it is left defined where it was, shut off.
     *
     * @param toAddress management address of the destination
     * @param agreed how its owner has agreed to this very restart; null where what the VM itself says counts
     * @param said what was said of the VM beside its metadata, put in when it is handed out; null when nothing was
     */
    record RedeployVm(
            VmId vm,
            HostId from,
            HostId to,
            String toAddress,
            Duration patience,
            @Nullable String agreed,
            @Nullable OwnerSettings said)
            implements Effect {
        public RedeployVm(
                VmId vm, HostId from, HostId to, String toAddress, Duration patience, @Nullable String agreed) {
            this(vm, from, to, toAddress, patience, agreed, null);
        }
    }

    /** Start a VM that its host's failure or a {@link StopVm} stopped; nothing when it runs. */
    record StartVm(VmId vm) implements Effect {}

    /** Look again at an effect whose outcome was unknown and report it under its own id. */
    record AskAgain(EffectId about) implements Effect {}
}
