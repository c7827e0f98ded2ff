package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a run can be told. */
public sealed interface RunEvent {

    /** The run was just created. */
    record RunOrdered() implements RunEvent {}

    /** The time that {@link Run#due()} asked for has come. */
    record TimerFired() implements RunEvent {}

    /** A hold that the last step wanted is taken by others; nothing of that step was committed. */
    record HoldRefused(Hold hold, Refusal why) implements RunEvent {}

    /** An agent reported the end of an effect. */
    record EffectEnded(EffectId effect, Outcome outcome) implements RunEvent {}

    /** A fresh observation of a host arrived. */
    record HostObserved(HostId host) implements RunEvent {}

    /**
     * A run that this one started has ended.
     *
     * @param at when it ended: what is seen of the host from then on is seen after it
     */
    record HostRunEnded(
            RunId run,
            HostId host,
            RunOutcome outcome,
            @Nullable Refusal why,
            int vmsLost,
            Instant at) implements RunEvent {}

    /** A person wants no new hosts taken. */
    record PauseOrdered(String by, String why) implements RunEvent {}

    /** A person wants it to go on, after a pause or past a gate that stopped it. */
    record ResumeOrdered(String by, String why) implements RunEvent {}

    /** A person wants it to stop and leave every host usable. */
    record CancelOrdered(String by, String why) implements RunEvent {}

    /**
     * A VM, or its owner, lets what it was told of begin at once.
     *
     * @param by the VM, or who else said so
     */
    record NoticeApproved(EventId event, String by) implements RunEvent {}

    /**
     * The owner of a VM chooses when it is restarted for an update.
     *
     * @param at when; in the past means at once
     */
    record OwnerChose(VmId vm, Instant at, String by) implements RunEvent {}

    /** A host run waits for owners to choose, maybe for weeks, and the rollout may go on with other hosts. */
    record OwnersAsked(RunId run, HostId host, Instant at) implements RunEvent {}

    /** A person who has looked says how it ended. */
    record ResolveOrdered(String by, RunOutcome as, String why) implements RunEvent {}
}
