package dev.evenkeel.lab.beat;

import java.util.Optional;

/**
 * One heartbeat as it arrived.
 *
 * @param arrivalNs the kernel's receive time stamp on the machine outside, ns since the epoch
 * @param sequence counts from 0 in each boot
 * @param monotonicNs the guest's CLOCK_MONOTONIC, which stands still while the VM does
 * @param realNs the guest's CLOCK_REALTIME, ns since the epoch as the guest believes
 * @param dirtiedPages pages of 4 KiB dirtied since boot
 * @param badPages pages and disk blocks that did not hold what the guest had last written there
 * @param bootId chosen anew at each boot
 */
public record Beat(
        long arrivalNs, long sequence, long monotonicNs, long realNs, long dirtiedPages, long badPages, String bootId) {

    /** Reads a line of the collector's file; empty where the line is cut short. */
    public static Optional<Beat> parse(String line) {
        String[] f = line.split(" ");
        if (f.length != 7 || f[6].length() != 16) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Beat(
                    Long.parseLong(f[0]),
                    Long.parseLong(f[1]),
                    Long.parseLong(f[2]),
                    Long.parseLong(f[3]),
                    Long.parseLong(f[4]),
                    Long.parseLong(f[5]),
                    f[6]));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** How much later it arrived than the guest's clock said: grows by as much as the VM stood still. */
    long lagNs() {
        return arrivalNs - monotonicNs;
    }
}
