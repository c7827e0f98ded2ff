package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Steers a running migration. Pure: the same pilot and the same sample give the same turn.
 *
 * <p>It offers a small stop first and a longer one only when passes over memory no longer shrink ({@link MigrationRamp}). When even
 * the longest stop that the owner allows would not do, it switches to post-copy where that is allowed, and gives up where it is not.
 * It never lets the guest be held back into gaps longer than the owner's limit, and after the switch to post-copy it keeps its hands
 * still, because giving up then would lose the VM.
 */
public final class MigrationPilot {
    private final MigrationLimits limits;
    private final MigrationForecast forecast;
    private final MigrationRamp ramp;
    private final int pass;
    private final boolean ended;

    private MigrationPilot(
            MigrationLimits limits, MigrationForecast forecast, MigrationRamp ramp, int pass, boolean ended) {
        this.limits = limits;
        this.forecast = forecast;
        this.ramp = ramp;
        this.pass = pass;
        this.ended = ended;
    }

    /** The pilot of a migration that is about to begin. */
    public static MigrationPilot start(MigrationLimits limits, MigrationModel model, MigrationForecast forecast) {
        return new MigrationPilot(limits, forecast, MigrationRamp.start(limits, model.switchOver()), 0, false);
    }

    /** The stop to offer at the very beginning. */
    public Duration firstDowntime() {
        return ramp.downtime();
    }

    /** What to do now, and the pilot to ask next time. */
    public record Turn(MigrationPilot next, List<MigrationOrder> orders) {
        public Turn {
            orders = List.copyOf(orders);
        }
    }

    /** Looks at a sample. */
    public Turn watch(MigrationSample sample) {
        if (ended) {
            return new Turn(this, List.of());
        }
        return switch (sample.phase()) {
            case POST_COPY -> new Turn(this, List.of());
            case PREPARING, STORAGE -> isLate(sample) ? abort(tooLate(sample)) : new Turn(this, List.of());
            case PRE_COPY -> preCopy(sample);
        };
    }

    private Turn preCopy(MigrationSample sample) {
        if (MigrationThrottle.gap(sample.throttlePercent()).compareTo(limits.maxPause()) > 0) {
            return abort(throttledTooFar(sample));
        }
        boolean newPass = sample.pass() > pass
                && sample.pass() > 1
                && sample.memoryPerSecond().value() > 0;
        Duration need = newPass ? need(sample) : Duration.ZERO;
        MigrationRamp after = newPass ? ramp.passBegins(need) : ramp;
        boolean tooLong = newPass && need.compareTo(after.most()) > 0;
        boolean wanted = tooLong && (forecast.way() == MigrationForecast.Way.POST_COPY || after.isHopeless());
        if (limits.postCopy() && (wanted || isLate(sample) && sample.pass() > 1)) {
            return new Turn(with(after, sample.pass(), true), List.of(new MigrationOrder.StartPostCopy()));
        }
        if (isLate(sample)) {
            return abort(tooLate(sample));
        }
        if (after.isExhausted()) {
            return abort(notConverging(sample, need));
        }
        List<MigrationOrder> orders = after.downtime().equals(ramp.downtime())
                ? List.of()
                : List.of(new MigrationOrder.SetMaxDowntime(after.downtime()));
        return new Turn(with(after, newPass ? sample.pass() : pass, false), orders);
    }

    private static Duration need(MigrationSample sample) {
        return MigrationModel.ofSeconds(sample.memoryRemaining().value()
                / (double) sample.memoryPerSecond().value());
    }

    private boolean isLate(MigrationSample sample) {
        return sample.elapsed().compareTo(limits.deadline()) > 0;
    }

    private MigrationPilot with(MigrationRamp newRamp, int newPass, boolean end) {
        return new MigrationPilot(limits, forecast, newRamp, newPass, end);
    }

    private Turn abort(Refusal why) {
        return new Turn(with(ramp, pass, true), List.of(new MigrationOrder.Abort(why)));
    }

    private Refusal tooLate(MigrationSample sample) {
        return refusal(
                "DEADLINE",
                "the move took longer than its deadline of " + limits.deadline().toSeconds()
                        + " s and was given up; the VM stays where it is",
                sample,
                null);
    }

    private Refusal notConverging(MigrationSample sample, Duration need) {
        return refusal(
                "NOT_CONVERGING",
                "the VM writes memory faster than it can be sent; a stop of about " + need.toMillis()
                        + " ms would be needed, its owner allows "
                        + limits.maxPause().toMillis()
                        + " ms; move it when it is less busy, raise max-pause or allow post-copy",
                sample,
                need);
    }

    private Refusal throttledTooFar(MigrationSample sample) {
        return refusal(
                "THROTTLED_TOO_FAR",
                "the hypervisor held the VM back by " + sample.throttlePercent()
                        + " %, which its owner's max-pause does not bear; the move was given up",
                sample,
                null);
    }

    private Refusal refusal(String code, String why, MigrationSample sample, @Nullable Duration need) {
        Refusal refusal = Refusal.of(
                code,
                why,
                Map.of(
                        "elapsed", sample.elapsed().toString(),
                        "pass", Integer.toString(sample.pass()),
                        "memoryRemaining", sample.memoryRemaining().toString(),
                        "memoryPerSecond", sample.memoryPerSecond().toString(),
                        "storageRemaining", sample.storageRemaining().toString(),
                        "throttlePercent", Integer.toString(sample.throttlePercent()),
                        "maxPause", limits.maxPause().toString()));
        return need == null ? refusal : refusal.with("neededStop", need.toString());
    }
}
