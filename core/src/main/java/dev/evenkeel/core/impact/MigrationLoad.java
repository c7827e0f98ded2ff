package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Bytes;

/**
 * What a live migration has to carry, as measured before it begins.
 *
 * @param memory guest memory in all; every page of it is looked at once
 * @param used the part that is not empty and travels in the first pass, at most {@code memory}
 * @param dirtiedPerSecond different pages written per second, in bytes, over about a second
 * @param workingSet the most that is dirtied however long one waits, at least zero, at most {@code memory}
 * @param storage content of disks that are copied along
 * @param cpuBusy how much of its CPUs the guest uses, from 0 to 1; 0 when not known
 */
public record MigrationLoad(
        Bytes memory, Bytes used, Bytes dirtiedPerSecond, Bytes workingSet, Bytes storage, double cpuBusy) {
    public MigrationLoad {
        if (!(cpuBusy >= 0 && cpuBusy <= 1)) {
            throw new IllegalArgumentException("cpuBusy must be from 0 to 1: " + cpuBusy);
        }
        if (used.compareTo(memory) > 0) {
            throw new IllegalArgumentException("used is " + used + " but the guest has only " + memory);
        }
        if (workingSet.compareTo(memory) > 0) {
            throw new IllegalArgumentException("workingSet is " + workingSet + " but the guest has only " + memory);
        }
    }

    /** A guest of which only its size and dirty rate are known: all of it may be in use and may be dirtied. */
    public static MigrationLoad of(Bytes memory, Bytes dirtiedPerSecond) {
        return new MigrationLoad(memory, memory, dirtiedPerSecond, memory, Bytes.ZERO, 0);
    }

    /** Bytes that differ after {@code seconds} of running: grows with time up to the working set. */
    double dirtiedAfter(double seconds) {
        return Math.min(workingSet.value(), dirtiedPerSecond.value() * seconds);
    }

    /**
     * The same load with the guest held back by some per cent. A guest that does not use its CPUs to the full writes on as before until
     * what it is left with is less than it used; seen on the lab: one that writes 60 MiB/s at a third of its CPU does so at 80 % too.
     */
    MigrationLoad throttled(int percent) {
        double kept = cpuBusy == 0 ? 1 : Math.min(1, (100 - percent) / 100.0 / cpuBusy);
        Bytes rate = new Bytes(Math.round(dirtiedPerSecond.value() * kept));
        return new MigrationLoad(memory, used, rate, workingSet, storage, cpuBusy);
    }
}
