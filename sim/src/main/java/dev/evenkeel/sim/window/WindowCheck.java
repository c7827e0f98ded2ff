package dev.evenkeel.sim.window;

import dev.evenkeel.core.window.MaintenanceConfiguration;
import dev.evenkeel.core.window.Opening;
import dev.evenkeel.core.window.Turn;
import dev.evenkeel.core.window.WindowDraft;
import dev.evenkeel.core.window.WindowRules;
import dev.evenkeel.core.window.Windows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Holds core's arithmetic of windows against the naive one, in three years of one place. */
public final class WindowCheck {
    private static final int PROBES = 12;
    /** Of every so many the turn of an update is looked for, minute by minute, which takes long. */
    private static final int TURN_EVERY = 50;

    private final Place place;
    private final Wall wall;
    private int configurations;
    private int invalid;
    private long openings;
    private long minutes;
    private final List<String> wrong = new ArrayList<>();

    private WindowCheck(Place place) {
        this.place = place;
        this.wall = new Wall(place);
    }

    /**
     * What came of it.
     *
     * @param configurations good ones
     * @param invalid spoiled ones
     * @param openings how many were compared
     * @param minutes in how many single minutes it was asked whether it is open
     * @param wrong one line each, with the seed and the configuration
     */
    public record Findings(
            Place place, int configurations, int invalid, long openings, long minutes, List<String> wrong) {
        public Findings {
            wrong = List.copyOf(wrong);
        }
    }

    /**
     * Draws configurations and one spoiled draft of each, and checks all.
     *
     * @param seed of the first; each following has the next
     * @param everyMinute of how many configurations each minute of the three years is asked for
     */
    public static Findings run(Place place, long seed, int count, int everyMinute) {
        WindowCheck check = new WindowCheck(place);
        for (int i = 0; i < count; i++) {
            check.one(seed + i, i < everyMinute, i % TURN_EVERY == 0);
        }
        return new Findings(place, check.configurations, check.invalid, check.openings, check.minutes, check.wrong);
    }

    private void one(long seed, boolean everyMinute, boolean turn) {
        RandomGenerator random = new SplittableRandom(seed);
        RandomWish wishes = new RandomWish(random);
        Wish wish = wishes.draw(wall);
        WindowDraft draft = wishes.write(wish, wall);
        int before = wrong.size();
        good(wish, draft, random, everyMinute, turn);
        spoiled(Spoiled.of(draft, random));
        if (wrong.size() > before) {
            wrong.add("  with seed " + seed + " in " + place + ": " + wish + " as " + draft);
        }
    }

    private void good(Wish wish, WindowDraft draft, RandomGenerator random, boolean everyMinute, boolean turn) {
        if (!(WindowRules.read(draft) instanceof WindowRules.Reading.Good(MaintenanceConfiguration read))) {
            wrong.add("refused: " + WindowRules.read(draft));
            return;
        }
        configurations++;
        WindowDraft printed = read.draft();
        if (!(WindowRules.read(printed) instanceof WindowRules.Reading.Good(MaintenanceConfiguration again))
                || !again.equals(read)
                || !again.draft().equals(printed)) {
            wrong.add("printed as " + printed + ", which is read as " + WindowRules.read(printed));
        }
        Naive naive = new Naive(wish, wall);
        openings(read, naive);
        long begin = Wall.minute(wall.begin);
        long end = Wall.minute(wall.end);
        for (int i = 0; i < PROBES; i++) {
            if (naive.count() > 0) {
                int index = random.nextInt(naive.count());
                at(read, naive, naive.opens(index) - random.nextInt(2), begin, end);
                at(read, naive, naive.closes(index) - random.nextInt(2), begin, end);
            }
            long any = random.nextLong(begin, end);
            at(read, naive, any, begin, end);
            next(read, naive, any);
        }
        if (turn) {
            turn(read, naive, random.nextLong(begin, end - 36 * 24 * 60), 1 + random.nextInt(24 * 60));
        }
        if (everyMinute) {
            for (long minute = begin; minute < end; minute++) {
                at(read, naive, minute, begin, end);
            }
        }
    }

    /** All that opens in the three years, in one row. */
    private void openings(MaintenanceConfiguration read, Naive naive) {
        int index = naive.firstOpenAfter(Wall.minute(wall.begin));
        for (Opening found : read.from(wall.begin, naive.count() - index + 1)) {
            if (index == naive.count()) {
                if (found.opens().isBefore(instant(naive.lastKnown()))) {
                    wrong.add("opens once more, at " + found);
                }
                return;
            }
            Instant opens = instant(naive.opens(index));
            Instant closes = instant(naive.closes(index));
            if (!found.opens().equals(opens) || !found.closes().equals(closes)) {
                wrong.add("opens " + opens + " until " + closes + ", not " + found);
                return;
            }
            openings++;
            index++;
        }
        if (index < naive.count()) {
            wrong.add("opens " + instant(naive.opens(index)) + ", not never");
        }
    }

    private void at(MaintenanceConfiguration read, Naive naive, long minute, long begin, long end) {
        if (minute < begin || minute >= end) {
            return;
        }
        minutes++;
        Optional<Opening> found = read.at(instant(minute));
        if (found.isPresent() != naive.open(minute)) {
            wrong.add("at " + instant(minute) + (naive.open(minute) ? " it is open" : " it is closed, not " + found));
        }
    }

    /** What opens next, at this minute or later, as far as is known. */
    private void next(MaintenanceConfiguration read, Naive naive, long minute) {
        Instant found = read.next(instant(minute)).map(Opening::opens).orElse(Instant.MAX);
        Instant expected = naive.next(minute) < 0 ? Instant.MAX : instant(naive.opens(naive.next(minute)));
        if (!found.equals(expected) && found.isBefore(instant(naive.lastKnown()))) {
            wrong.add("after " + instant(minute) + " it opens " + expected + ", not " + found);
        }
    }

    /** The first minute from the offer on that is open, and from which it stays open for as long as is needed. */
    private void turn(MaintenanceConfiguration read, Naive naive, long offered, int needs) {
        long last = offered + Turn.FORCED_AFTER.toMinutes();
        long expected = last;
        boolean forced = true;
        long openSince = Long.MAX_VALUE;
        for (long minute = offered; minute < last + needs && forced; minute++) {
            if (!naive.open(minute)) {
                openSince = Long.MAX_VALUE;
                continue;
            }
            openSince = Math.min(openSince, minute);
            if (minute - openSince + 1 >= needs && openSince <= last) {
                forced = false;
                expected = openSince;
            }
        }
        Turn found = new Windows(List.of(read)).turn(instant(offered), Duration.ofMinutes(needs));
        if (!found.at().equals(instant(expected)) || found instanceof Turn.Forced != forced) {
            wrong.add("what is offered at " + instant(offered) + " and needs " + needs + " min has its turn at "
                    + instant(expected) + ", not " + found);
        }
    }

    private void spoiled(Spoiled spoiled) {
        invalid++;
        if (!(WindowRules.read(spoiled.draft()) instanceof WindowRules.Reading.Bad bad)
                || bad.errors().size() != 1
                || !bad.errors().getFirst().field().equals(spoiled.field())
                || bad.errors().getFirst().remedy().isBlank()) {
            wrong.add("no error, or another, for " + spoiled + ": " + WindowRules.read(spoiled.draft()));
        }
    }

    private static Instant instant(long minute) {
        return Instant.ofEpochSecond(minute * 60);
    }
}
