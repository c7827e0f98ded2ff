package dev.evenkeel.bench;

import java.util.List;

/**
 * One bar of a benchmark: a number measured in this run against a limit.
 *
 * @param bar its name
 * @param rival what it is measured against, by name
 * @param value what counts, smaller is better
 * @param limit the largest value that holds
 * @param samples what the value was made of
 */
public record Bar(String bar, String rival, double value, double limit, boolean holds, List<Double> samples) {
    public Bar {
        samples = List.copyOf(samples);
    }

    /** A bar that holds when {@code value} is not above {@code limit}. */
    public static Bar atMost(String bar, String rival, double limit, double value, List<Double> samples) {
        return new Bar(bar, rival, value, limit, value <= limit, samples);
    }

    /** The same for the median of samples; of none it is not a number, and the bar does not hold. */
    public static Bar medianAtMost(String bar, String rival, double limit, List<Double> samples) {
        return atMost(bar, rival, limit, median(samples), samples);
    }

    /** The middle one, or the mean of the two in the middle. */
    static double median(List<Double> samples) {
        if (samples.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
