package dev.evenkeel.sim.window;

import dev.evenkeel.core.window.WindowDraft;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A good draft with one field made wrong.
 *
 * @param field the one
 */
record Spoiled(String field, WindowDraft draft) {
    private static final List<String> NAMES = List.of("", "a b", "-x", "ä", "x".repeat(64), "a/b");
    private static final List<String> SCOPES = List.of("", "Guest", "InGuestPatch", "OSImage");
    private static final List<String> TIMES = List.of(
            "", "tomorrow", "2027-02-29 10:00", "2027-13-01 10:00", "2027-01-01", "2027-01-01 24:00", "1-1-1 1:1");
    private static final List<String> EARLY = List.of("1970-01-01 00:00", "never", "2011-01-01 00:00:61");
    private static final List<String> DURATIONS =
            List.of("", "2", "00:00", "01:59", "24:00", "2:00", "-02:00", "02:60");
    private static final List<String> ZONES = List.of("", "Mars/Olympus", "+01:00", "GMT+3", "W. Europe", "CEST");
    private static final List<String> RECURRENCES = List.of(
            "",
            "Year",
            "0Days",
            "1000Weeks",
            "-2Days",
            "2.5Days",
            "Day Monday",
            "Week Mon Tue",
            "Week Someday",
            "Week Monday,monday",
            "Month day0",
            "Month day32",
            "Month day1,day1",
            "Month Monday",
            "Month Fifth Monday",
            "Month Last Monday Offset7",
            "Month Last Monday Offset-7",
            "Month Last Monday Offset",
            "Month day1 Offset2",
            "Month Last Monday,Tuesday");

    static Spoiled of(WindowDraft good, RandomGenerator random) {
        return switch (random.nextInt(7)) {
            case 0 -> new Spoiled("name", with(good, 0, missingOr(NAMES, random)));
            case 1 -> new Spoiled("maintenanceScope", with(good, 1, one(SCOPES, random)));
            case 2 -> new Spoiled("startDateTime", with(good, 2, missingOr(TIMES, random)));
            case 3 -> new Spoiled("expirationDateTime", with(good, 3, one(EARLY, random)));
            case 4 -> new Spoiled("duration", with(good, 4, one(DURATIONS, random)));
            case 5 -> new Spoiled("timeZone", with(good, 5, missingOr(ZONES, random)));
            default -> new Spoiled("recurEvery", with(good, 6, missingOr(RECURRENCES, random)));
        };
    }

    private static WindowDraft with(WindowDraft good, int field, @Nullable String value) {
        return new WindowDraft(
                field == 0 ? value : good.name(),
                field == 1 ? value : good.maintenanceScope(),
                field == 2 ? value : good.startDateTime(),
                field == 3 ? value : good.expirationDateTime(),
                field == 4 ? value : good.duration(),
                field == 5 ? value : good.timeZone(),
                field == 6 ? value : good.recurEvery());
    }

    private static @Nullable String missingOr(List<String> some, RandomGenerator random) {
        return random.nextInt(some.size() + 1) == 0 ? null : one(some, random);
    }

    private static String one(List<String> some, RandomGenerator random) {
        return some.get(random.nextInt(some.size()));
    }
}
