package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The restart of one VM within a host run, by its owner's consent.
 *
 * @param attempts how often its start was ordered
 * @param effect the latest order about it
 * @param at when the status last changed, by the engine's clock
 * @param notBefore no new order before this
 * @param askedAt when its guest was asked to go down, by the host's clock; null until that is known
 * @param forecast how long it was expected to be out of service
 * @param why what went wrong last
 */
public record Restart(
        VmId vm,
        String name,
        TenantId tenant,
        Status status,
        int attempts,
        EffectId effect,
        Instant at,
        Instant notBefore,
        @Nullable Instant askedAt,
        Duration forecast,
        @Nullable Refusal why) {

    /** Where a restart stands. */
    public enum Status {
        /** Its guest is asked to go down. */
        STOPPING,
        /** Nobody can say whether it went down. */
        UNSURE,
        STOPPED,
        STARTING,
        /** Its guest was asked and did not go down in time; it is watched, because it may yet do so. */
        LINGERING,
        /** It runs, and this run is done with it. */
        RUNNING,
        /** It is not for this run to start: it was never touched, or its owner stopped it. */
        LEFT;

        /** Whether the run must still see it running. */
        boolean owed() {
            return this == STOPPED || this == STARTING || this == LINGERING;
        }
    }

    static Restart stopping(Vm vm, EffectId effect, Instant now, Duration forecast) {
        return new Restart(vm.id(), vm.name(), vm.tenant(), Status.STOPPING, 0, effect, now, now, null, forecast, null);
    }

    /**
     * Of a VM that was to be started on another host and was not.
     *
     * @param left VM_DEAD when it is shut off where it was, else its guest was asked and may yet go down
     * @param patience how long that is watched for
     */
    static Restart owed(
            Move move, TenantId tenant, Outcome.Aftermath left, Duration patience, Instant now, Refusal why) {
        EffectId effect = Objects.requireNonNull(move.effect(), "a move that ended has an effect");
        boolean down = left == Outcome.Aftermath.VM_DEAD;
        Duration forecast = Objects.requireNonNullElse(move.forecastStop(), Duration.ZERO);
        return new Restart(
                move.vm(),
                move.name(),
                tenant,
                down ? Status.STOPPED : Status.LINGERING,
                0,
                effect,
                now,
                down ? now : now.plus(patience),
                down ? move.at() : null,
                forecast,
                why);
    }

    Restart stopped(Instant asked, Instant now) {
        return new Restart(vm, name, tenant, Status.STOPPED, attempts, effect, now, now, asked, forecast, null);
    }

    Restart starting(EffectId by, Instant now) {
        return new Restart(vm, name, tenant, Status.STARTING, attempts + 1, by, now, notBefore, askedAt, forecast, why);
    }

    Restart becomes(Status next, Instant now, Instant until, @Nullable Refusal because) {
        return new Restart(vm, name, tenant, next, attempts, effect, now, until, askedAt, forecast, because);
    }
}
