package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Bytes;
import java.time.Duration;

/**
 * Turns a completed move into better constants. Each constant moves a part of the way to what this move showed: most of it the first
 * time, less with each move, and never less than {@link #LEAST_WEIGHT}, so that a link that has changed is believed within a few
 * moves. Everything is averaged as logarithms, because one slow move is not ten times as telling as one fast one; and once there
 * are a few, one that is far off (the host was busy for a moment) counts as no more than {@link #FAR_OFF} times what was known.
 */
final class MigrationLearning {
    private static final double LEAST_WEIGHT = 0.2;
    /** The constants to begin with are a guess, worth so many moves. */
    private static final double ASSUMED_MOVES = 0.2;

    private static final double FAR_OFF = 2.5;
    private static final int FEW = 2;
    /** Less memory than this says more about delays than about the speed of the link. */
    private static final Bytes TELLING = Bytes.ofMiB(8);

    private static final Duration LEAST = Duration.ofMillis(1);

    private MigrationLearning() {}

    static MigrationModel learn(
            MigrationModel before, MigrationLoad load, MigrationForecast foreseen, MigrationMeasured measured) {
        Bytes memory = speed(before, before.memoryPerSecond(), measured.memory(), streaming(before, load, measured));
        Bytes storage = speed(before, before.storagePerSecond(), measured.storage(), measured.storageTime());
        Duration finish = measured.total()
                .minus(measured.prepare())
                .minus(measured.storageTime())
                .minus(measured.memoryTime())
                .minus(measured.stop());
        return new MigrationModel(
                memory,
                storage,
                before.scanPerSecond(),
                time(before, before.prepare(), measured.prepare()),
                before.perPass(),
                switchOver(before, foreseen, measured),
                time(before, before.finish(), finish),
                before.moves() + 1);
    }

    /**
     * The part of the memory's time that its bytes took, without what the forecast adds for each pass and for empty pages. Never less
     * than half, for what is taken off is only assumed.
     */
    private static Duration streaming(MigrationModel before, MigrationLoad load, MigrationMeasured measured) {
        double empty = load.memory().value() - load.used().value();
        double fixed =
                empty / before.scanPerSecond().value() + MigrationModel.seconds(before.perPass()) * measured.passes();
        double time = MigrationModel.seconds(measured.memoryTime());
        return MigrationModel.ofSeconds(Math.max(time - fixed, time / 2));
    }

    /** By as much as the stop was longer or shorter than foreseen, so is the part of it that never varies with memory. */
    private static Duration switchOver(MigrationModel before, MigrationForecast foreseen, MigrationMeasured measured) {
        if (measured.postCopy() || foreseen.stop().isZero()) {
            return before.switchOver();
        }
        double factor = MigrationModel.seconds(measured.stop()) / MigrationModel.seconds(foreseen.stop());
        return time(
                before,
                before.switchOver(),
                MigrationModel.ofSeconds(MigrationModel.seconds(before.switchOver()) * factor));
    }

    private static Bytes speed(MigrationModel model, Bytes before, Bytes sent, Duration time) {
        if (sent.compareTo(TELLING) < 0 || time.compareTo(LEAST) < 0) {
            return before;
        }
        double seen = sent.value() / MigrationModel.seconds(time);
        return new Bytes(Math.max(1, Math.round(blend(model, before.value(), seen))));
    }

    private static Duration time(MigrationModel model, Duration before, Duration seen) {
        Duration positive = seen.compareTo(LEAST) < 0 ? LEAST : seen;
        return MigrationModel.ofSeconds(blend(model, MigrationModel.seconds(before), MigrationModel.seconds(positive)));
    }

    private static double blend(MigrationModel model, double before, double seen) {
        double weight = Math.max(LEAST_WEIGHT, 1.0 / (model.moves() + ASSUMED_MOVES + 1));
        double believed = model.moves() < FEW ? seen : Math.clamp(seen, before / FAR_OFF, before * FAR_OFF);
        return Math.exp((1 - weight) * Math.log(before) + weight * Math.log(believed));
    }
}
