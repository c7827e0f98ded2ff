package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Bytes;
import java.time.Duration;

/**
 * Turns a completed move into better constants. Each constant moves a part of the way to what this move showed: all of it the first
 * time, less with each move, and never less than {@link #LEAST_WEIGHT}, so that a link that has changed is believed within a few
 * moves. Speeds are averaged as logarithms, because one slow move is not ten times as telling as one fast one.
 */
final class MigrationLearning {
    private static final double LEAST_WEIGHT = 0.25;
    /** Less memory than this says more about delays than about the speed of the link. */
    private static final Bytes TELLING = Bytes.ofMiB(8);

    private static final Duration LEAST = Duration.ofMillis(1);

    private MigrationLearning() {}

    static MigrationModel learn(MigrationModel before, MigrationLoad load, MigrationMeasured measured) {
        double weight = Math.max(LEAST_WEIGHT, 1.0 / (before.moves() + 1));
        Bytes memory = speed(before.memoryPerSecond(), measured.memory(), measured.memoryTime(), weight);
        Bytes storage = speed(before.storagePerSecond(), measured.storage(), measured.storageTime(), weight);
        Duration lastPass = lastPass(load, before, memory);
        Duration switchOver = measured.postCopy()
                ? before.switchOver()
                : blend(before.switchOver(), measured.stop().minus(lastPass), weight);
        Duration finish = measured.total()
                .minus(measured.prepare())
                .minus(measured.storageTime())
                .minus(measured.memoryTime())
                .minus(measured.stop());
        return new MigrationModel(
                memory,
                storage,
                before.scanPerSecond(),
                blend(before.prepare(), measured.prepare(), weight),
                before.perPass(),
                switchOver,
                blend(before.finish(), finish, weight),
                before.moves() + 1);
    }

    /** What the model thinks the last pass took of the stop: the guest dirties on while a pass does its fixed work. */
    private static Duration lastPass(MigrationLoad load, MigrationModel before, Bytes speed) {
        double dirtied = load.dirtiedAfter(MigrationModel.seconds(before.perPass()));
        return MigrationModel.ofSeconds(dirtied / speed.value());
    }

    private static Bytes speed(Bytes before, Bytes sent, Duration time, double weight) {
        if (sent.compareTo(TELLING) < 0 || time.compareTo(LEAST) < 0) {
            return before;
        }
        double seen = sent.value() / MigrationModel.seconds(time);
        double blended = Math.exp((1 - weight) * Math.log(before.value()) + weight * Math.log(seen));
        return new Bytes(Math.max(1, Math.round(blended)));
    }

    private static Duration blend(Duration before, Duration seen, double weight) {
        Duration positive = seen.compareTo(LEAST) < 0 ? LEAST : seen;
        return MigrationModel.ofSeconds(
                (1 - weight) * MigrationModel.seconds(before) + weight * MigrationModel.seconds(positive));
    }
}
