package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Bytes;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The constants of live migration between two hosts, learned from completed moves (see {@link MigrationForecast#learn}).
 * Immutable; {@link #toMap} and {@link #of} carry it over a wire or into a file.
 *
 * @param memoryPerSecond speed of the memory stream, in bytes per second, more than zero
 * @param storagePerSecond speed of the disk copy, in bytes per second, more than zero
 * @param scanPerSecond speed at which empty pages are looked at and skipped, in bytes per second, more than zero
 * @param prepare from the order to the first page: the daemons talk, the destination starts its VMM
 * @param perPass what one more pass costs beside its bytes: collecting dirty pages; under emulation, translating code again
 * @param switchOver the part of the stop that does not depend on memory: devices' state, the start on the other side
 * @param finish from the start on the other side to the end of the order
 * @param moves how many completed moves it has learned from
 */
public record MigrationModel(
        Bytes memoryPerSecond,
        Bytes storagePerSecond,
        Bytes scanPerSecond,
        Duration prepare,
        Duration perPass,
        Duration switchOver,
        Duration finish,
        int moves) {

    /** What is assumed of two hosts that never exchanged a VM: a gigabit link, nothing unusual. */
    public static final MigrationModel DEFAULT = new MigrationModel(
            Bytes.ofMiB(110),
            Bytes.ofMiB(100),
            Bytes.ofMiB(2048),
            Duration.ofMillis(700),
            Duration.ofMillis(20),
            Duration.ofMillis(25),
            Duration.ofMillis(300),
            0);

    public MigrationModel {
        requirePositive("memoryPerSecond", memoryPerSecond);
        requirePositive("storagePerSecond", storagePerSecond);
        requirePositive("scanPerSecond", scanPerSecond);
    }

    private static void requirePositive(String name, Bytes value) {
        if (value.value() <= 0) {
            throw new IllegalArgumentException(name + " must be more than zero");
        }
    }

    /** The same constants on a link that is held to a cap. */
    public MigrationModel capped(Bytes perSecond) {
        return new MigrationModel(
                min(memoryPerSecond, perSecond),
                min(storagePerSecond, perSecond),
                scanPerSecond,
                prepare,
                perPass,
                switchOver,
                finish,
                moves);
    }

    private static Bytes min(Bytes a, Bytes b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    /** As names and values; bytes per second and seconds. */
    public SortedMap<String, Double> toMap() {
        SortedMap<String, Double> map = new TreeMap<>();
        map.put("memoryPerSecond", (double) memoryPerSecond.value());
        map.put("storagePerSecond", (double) storagePerSecond.value());
        map.put("scanPerSecond", (double) scanPerSecond.value());
        map.put("prepare", seconds(prepare));
        map.put("perPass", seconds(perPass));
        map.put("switchOver", seconds(switchOver));
        map.put("finish", seconds(finish));
        map.put("moves", (double) moves);
        return map;
    }

    /** The reverse of {@link #toMap}; a missing name takes its default. */
    public static MigrationModel of(Map<String, Double> map) {
        return new MigrationModel(
                bytes(map, "memoryPerSecond", DEFAULT.memoryPerSecond),
                bytes(map, "storagePerSecond", DEFAULT.storagePerSecond),
                bytes(map, "scanPerSecond", DEFAULT.scanPerSecond),
                duration(map, "prepare", DEFAULT.prepare),
                duration(map, "perPass", DEFAULT.perPass),
                duration(map, "switchOver", DEFAULT.switchOver),
                duration(map, "finish", DEFAULT.finish),
                map.getOrDefault("moves", 0.0).intValue());
    }

    private static Bytes bytes(Map<String, Double> map, String name, Bytes otherwise) {
        Double value = map.get(name);
        return value == null ? otherwise : new Bytes(value.longValue());
    }

    private static Duration duration(Map<String, Double> map, String name, Duration otherwise) {
        Double value = map.get(name);
        return value == null ? otherwise : ofSeconds(value);
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    static Duration ofSeconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
