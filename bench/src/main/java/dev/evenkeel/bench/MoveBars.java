package dev.evenkeel.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The bars of {@code bench migration}, from what was seen. What was not measured in full does not hold. */
final class MoveBars {
    private static final double STOP_VS_VIRSH = 0.5;
    private static final double TOTAL_VS_VIRSH = 1.3;
    private static final double FORECAST_STOP_FACTOR = 2;
    private static final double FORECAST_DURATION_OFF = 0.3;
    /** Of how many forecasts the bar is asked. */
    private static final double SHARE = 0.8;

    private MoveBars() {}

    /** Ours against the rival's, pair by pair; both lists are in the order of the pairs. */
    static List<Bar> ofPairs(List<Trip> ours, List<Trip> virsh) {
        return List.of(
                ratio("stop-vs-virsh", "stop", STOP_VS_VIRSH, ours, virsh, Trip::stop),
                ratio("total-vs-virsh", "total", TOTAL_VS_VIRSH, ours, virsh, t -> Optional.of(t.total())),
                forecast("forecast-stop", FORECAST_STOP_FACTOR, ours, MoveBars::stopFactor),
                forecast("forecast-duration", FORECAST_DURATION_OFF, ours, MoveBars::durationOff));
    }

    /**
     * How many of our attempts on a busy VM did not end as its owner wishes. A number only where the rival, with and
     * without auto-converge, did not converge on the same VM: otherwise it was not such a VM.
     */
    static Bar busy(List<Trip> ours, List<Trip> virsh) {
        boolean shown = virsh.size() >= 2 && virsh.stream().noneMatch(Trip::moved) && !ours.isEmpty();
        List<Double> wrong =
                ours.stream().map(t -> t.respectsOwner() ? 0.0 : 1.0).toList();
        double value = shown ? wrong.stream().mapToDouble(w -> w).sum() : Double.NaN;
        long converged = virsh.stream().filter(Trip::moved).count();
        return Bar.atMost(
                "busy-vm", "virsh converged in " + converged + " of " + virsh.size() + " attempts", 0, value, wrong);
    }

    /**
     * The longest hole in a guest's heartbeats while we moved it, in parts of its owner's pause. A refused move holds nobody
     * back, and after post-copy a guest waits for its memory, which is not throttling.
     */
    static Bar throttleGap(List<Trip> ours, List<Trip> virsh) {
        List<Double> parts = ours.stream()
                .filter(t -> t.end() == Trip.End.MOVED || t.end() == Trip.End.NOT_MOVED)
                .map(t -> Trip.ms(t.gap()) / Trip.ms(t.maxPause()))
                .toList();
        double value = parts.stream().mapToDouble(p -> p).max().orElse(Double.NaN);
        double rival = virsh.stream().mapToDouble(t -> Trip.ms(t.gap())).max().orElse(Double.NaN);
        return Bar.atMost(
                "throttle-gap",
                String.format(Locale.ROOT, "the owner's pause; virsh's longest gap %.0f ms", rival),
                1,
                value,
                parts);
    }

    private static Bar ratio(
            String name,
            String what,
            double limit,
            List<Trip> ours,
            List<Trip> virsh,
            Function<Trip, Optional<Duration>> length) {
        List<Double> mine = lengths(ours, length);
        List<Double> theirs = lengths(virsh, length);
        // A move of ours that failed would only make the rest look better.
        double value = mine.size() < ours.size() ? Double.NaN : Bar.median(mine) / Bar.median(theirs);
        String rival = String.format(
                Locale.ROOT,
                "virsh migrate --live: %s %.0f ms, ours %.0f ms",
                what,
                Bar.median(theirs),
                Bar.median(mine));
        return Bar.atMost(name, rival, limit, value, pairwise(ours, virsh, length));
    }

    private static List<Double> lengths(List<Trip> trips, Function<Trip, Optional<Duration>> length) {
        return trips.stream()
                .filter(Trip::moved)
                .flatMap(t -> length.apply(t).stream())
                .map(Trip::ms)
                .toList();
    }

    private static List<Double> pairwise(List<Trip> ours, List<Trip> virsh, Function<Trip, Optional<Duration>> length) {
        return java.util.stream.IntStream.range(0, Math.min(ours.size(), virsh.size()))
                .filter(i -> ours.get(i).moved() && virsh.get(i).moved())
                .mapToObj(i -> length.apply(ours.get(i))
                        .flatMap(mine -> length.apply(virsh.get(i)).map(theirs -> Trip.ms(mine) / Trip.ms(theirs))))
                .flatMap(Optional::stream)
                .filter(Double::isFinite)
                .toList();
    }

    private static Bar forecast(String name, double limit, List<Trip> ours, Function<Trip, Optional<Double>> error) {
        List<Double> errors = ours.stream()
                .filter(Trip::moved)
                .flatMap(t -> error.apply(t).stream())
                .toList();
        double value = errors.size() < ours.size() ? Double.NaN : within(errors, SHARE);
        long good = errors.stream().filter(e -> e <= limit).count();
        return Bar.atMost(
                name, "measured; " + good + " of " + ours.size() + " moves within the limit", limit, value, errors);
    }

    /** The error that this share of the forecasts stays within. */
    static double within(List<Double> errors, double share) {
        if (errors.isEmpty()) {
            return Double.NaN;
        }
        int last = (int) Math.ceil(share * errors.size() - 1e-9) - 1;
        return errors.stream().sorted().toList().get(Math.max(0, last));
    }

    /** The larger of foreseen and measured by the smaller, neither taken for less than a millisecond. */
    private static Optional<Double> stopFactor(Trip trip) {
        return trip.forecastStop()
                .flatMap(foreseen -> trip.stop().map(measured -> {
                    double f = Math.max(1, Trip.ms(foreseen));
                    double m = Math.max(1, Trip.ms(measured));
                    return Math.max(f / m, m / f);
                }));
    }

    private static Optional<Double> durationOff(Trip trip) {
        return trip.forecastTotal()
                .map(foreseen -> Math.abs(Trip.ms(foreseen) - Trip.ms(trip.total())) / Trip.ms(trip.total()));
    }
}
