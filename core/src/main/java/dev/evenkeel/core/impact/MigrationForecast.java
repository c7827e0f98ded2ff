package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a live migration will go, foreseen from the load, the link and the limits.
 *
 * <p>Pre-copy is a geometric series (Clark et al., Live Migration of Virtual Machines, NSDI 2005): each pass sends what the guest
 * dirtied during the one before, so pass {@code n} carries {@code used * (rate / bandwidth)^n}. Two things bend it. A pass costs
 * a fixed time beside its bytes, so the series ends at {@code rate * perPass / (1 - rate / bandwidth)} and not at zero. And a guest
 * can't dirty more than its working set, so a guest that is faster than the link does not grow without bound: its passes stay at the
 * working set, and the stop that would end them is {@code workingSet / bandwidth}.
 *
 * @param way how it ends
 * @param stop how long the VM stands still; for {@link Way#NEVER}, how long it would have to
 * @param total from the order to its end
 * @param transferred memory and storage sent
 * @param passes over memory, the last one included
 * @param throttlePercent how much the guest is held back, 0 for {@link Way#PRE_COPY}
 */
public record MigrationForecast(
        Way way, Duration stop, Duration total, Bytes transferred, int passes, int throttlePercent) {
    private static final int MOST_PASSES = 200;

    /** How a migration ends. */
    public enum Way {
        /** By itself, within the limits. */
        PRE_COPY,
        /** By holding the guest back a little. */
        THROTTLED,
        /** By switching over first and sending the rest after. */
        POST_COPY,
        /** Not within the limits. */
        NEVER
    }

    /** Foresees a migration. */
    public static MigrationForecast of(MigrationLoad load, MigrationModel model, MigrationLimits limits) {
        MigrationModel link = limits.bandwidth() == null ? model : model.capped(limits.bandwidth());
        MigrationForecast plain = preCopy(load, link, limits, 0);
        if (plain.way == Way.PRE_COPY) {
            return plain;
        }
        if (limits.postCopy()) {
            return postCopy(load, link, limits);
        }
        if (limits.throttle()) {
            for (int percent = 20; percent <= MigrationThrottle.most(limits.maxPause()); percent += 10) {
                MigrationForecast held = preCopy(load, link, limits, percent);
                if (held.way != Way.NEVER) {
                    return held;
                }
            }
        }
        return plain;
    }

    /** Learns from a completed move of which this was the forecast; see {@link MigrationLearning}. */
    public MigrationModel learn(MigrationModel before, MigrationLoad load, MigrationMeasured measured) {
        return MigrationLearning.learn(before, load, this, measured);
    }

    /** Why the move should not be begun; empty when it should. */
    public Optional<Refusal> refusal(MigrationLoad load, MigrationLimits limits) {
        if (way == Way.NEVER) {
            return Optional.of(Refusal.of(
                    "WOULD_NOT_CONVERGE",
                    "the VM writes memory faster than it can be sent: it would have to stand still for "
                            + stop.toMillis()
                            + " ms, its owner allows " + limits.maxPause().toMillis()
                            + " ms; move it when it is less busy, raise max-pause or allow post-copy",
                    evidence(load, limits)));
        }
        if (total.compareTo(limits.deadline()) > 0) {
            return Optional.of(Refusal.of(
                    "WOULD_TAKE_TOO_LONG",
                    "the move would take " + total.toSeconds() + " s, longer than its deadline of "
                            + limits.deadline().toSeconds() + " s; allow more time or bandwidth",
                    evidence(load, limits)));
        }
        return Optional.empty();
    }

    private Map<String, String> evidence(MigrationLoad load, MigrationLimits limits) {
        return Map.of(
                "dirtiedPerSecond", load.dirtiedPerSecond().toString(),
                "workingSet", load.workingSet().toString(),
                "memory", load.memory().toString(),
                "storage", load.storage().toString(),
                "forecastStop", stop.toString(),
                "forecastTotal", total.toString(),
                "maxPause", limits.maxPause().toString(),
                "deadline", limits.deadline().toString());
    }

    private static MigrationForecast preCopy(
            MigrationLoad load, MigrationModel link, MigrationLimits limits, int throttlePercent) {
        MigrationLoad held = load.throttled(throttlePercent);
        double speed = link.memoryPerSecond().value();
        double perPass = MigrationModel.seconds(link.perPass());
        double most = MigrationModel.seconds(limits.mostDowntime(link.switchOver()));
        MigrationRamp ramp = MigrationRamp.start(limits, link.switchOver());
        double time = firstPass(load, link);
        double running = time;
        double sent = load.used().value();
        double need = 0;
        for (int pass = 2; pass <= MOST_PASSES; pass++) {
            double left = held.dirtiedAfter(time);
            need = left / speed;
            ramp = ramp.passBegins(MigrationModel.ofSeconds(need));
            if (need <= MigrationModel.seconds(ramp.downtime())) {
                return new MigrationForecast(
                        throttlePercent == 0 ? Way.PRE_COPY : Way.THROTTLED,
                        link.switchOver().plus(MigrationModel.ofSeconds(need)),
                        total(load, link, running + need),
                        sent(load, sent + left),
                        pass,
                        throttlePercent);
            }
            if (ramp.isExhausted()) {
                break;
            }
            time = need + perPass;
            running += time;
            sent += left;
        }
        return new MigrationForecast(
                Way.NEVER,
                link.switchOver().plus(MigrationModel.ofSeconds(Math.max(need, most))),
                total(load, link, running),
                sent(load, sent),
                MOST_PASSES,
                throttlePercent);
    }

    /** After one pass the VM switches over at once; what is dirty then follows it, and so does nothing else. */
    private static MigrationForecast postCopy(MigrationLoad load, MigrationModel link, MigrationLimits limits) {
        double first = firstPass(load, link);
        double left = load.dirtiedAfter(first);
        double running = first + left / link.memoryPerSecond().value();
        return new MigrationForecast(
                Way.POST_COPY,
                link.switchOver().plus(link.switchOver()),
                total(load, link, running),
                sent(load, load.used().value() + left),
                2,
                0);
    }

    static double firstPass(MigrationLoad load, MigrationModel link) {
        double empty = load.memory().value() - load.used().value();
        return load.used().value() / (double) link.memoryPerSecond().value()
                + empty / link.scanPerSecond().value()
                + MigrationModel.seconds(link.perPass());
    }

    private static Duration total(MigrationLoad load, MigrationModel link, double running) {
        double storage =
                load.storage().value() / (double) link.storagePerSecond().value();
        return link.prepare()
                .plus(MigrationModel.ofSeconds(storage + running))
                .plus(link.switchOver())
                .plus(link.finish());
    }

    private static Bytes sent(MigrationLoad load, double memory) {
        return load.storage().plus(new Bytes(Math.round(memory)));
    }
}
