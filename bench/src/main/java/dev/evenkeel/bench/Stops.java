package dev.evenkeel.bench;

import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Paint;
import dev.evenkeel.cli.output.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long a VM stood still each time that the same was done to it, one after the other.
 *
 * @param guest what it was done to, in words
 * @param by who did what
 */
record Stops(String guest, String by, List<Duration> all) {
    private static final Table<Stops> TABLE = Table.of(
            Column.of("GUEST", Stops::guest),
            Column.of("STOPPED BY", Stops::by),
            Column.number("N", s -> Integer.toString(s.all.size())),
            Column.number("LEAST", s -> words(s.share(0))),
            Column.number("MEDIAN", s -> words(s.median())),
            Column.number("P90", s -> words(s.share(0.9))),
            Column.number("MOST", s -> words(s.share(1))));

    Stops {
        all = List.copyOf(all);
    }

    /** Something that stops a VM for a while. */
    @FunctionalInterface
    interface Act {
        /** @return for how long */
        Duration run() throws IOException;
    }

    /** These and some more. */
    Stops plus(List<Duration> more) {
        List<Duration> both = new ArrayList<>(all);
        both.addAll(more);
        return new Stops(guest, by, both);
    }

    /** These and, after them, some more. */
    Stops plus(int times, Act act) throws IOException {
        List<Duration> more = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            more.add(act.run());
        }
        return plus(more);
    }

    List<Double> ms() {
        return all.stream().map(Trip::ms).toList();
    }

    /** ms; of none it is not a number. */
    double median() {
        return Bar.median(ms());
    }

    /** The stop, ms, that this share of them stays within; of none it is not a number. */
    double share(double share) {
        return MoveBars.within(ms(), share);
    }

    /** The median against a limit in ms. */
    Bar atMost(String bar, double limit) {
        return Bar.medianAtMost(
                bar, String.format(Locale.ROOT, "the limit, ms; p90 %s", words(share(0.9))), limit, ms());
    }

    /** The median in parts of a rival's. */
    Bar against(String bar, double limit, Stops rival) {
        String words = String.format(
                Locale.ROOT, "%s: stop %s ms, ours %s ms", rival.by, words(rival.median()), words(median()));
        return Bar.atMost(
                bar,
                words,
                limit,
                median() / rival.median(),
                rival.all.isEmpty()
                        ? List.of()
                        : ms().stream().map(mine -> mine / rival.median()).toList());
    }

    static void show(PrintWriter out, List<Stops> rows) {
        TABLE.lines(rows, false, Paint.OFF).forEach(out::println);
        out.flush();
    }

    private static String words(double ms) {
        return String.format(Locale.ROOT, ms < 100 ? "%.1f" : "%.0f", ms);
    }
}
