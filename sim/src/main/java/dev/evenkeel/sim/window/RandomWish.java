package dev.evenkeel.sim.window;

import dev.evenkeel.core.window.WindowDraft;
import dev.evenkeel.sim.window.Wish.Unit;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Draws wishes, and writes them as users do: with defaults left out, in any case, with more spaces than are needed. */
final class RandomWish {
    private static final List<String> WEEKDAYS =
            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");
    private static final List<String> NTH = List.of("First", "Second", "Third", "Fourth", "Last");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);
    /** Clocks change in these hours, in one place or another. */
    private static final int EARLY = 4;

    private final RandomGenerator random;

    RandomWish(RandomGenerator random) {
        this.random = random;
    }

    Wish draw(Wall wall) {
        Unit unit = Unit.values()[random.nextInt(Unit.values().length)];
        LocalDateTime start = start(wall);
        return new Wish(
                unit,
                random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(unit == Unit.DAY ? 40 : 7),
                days(unit),
                1 + random.nextInt(5),
                1 + random.nextInt(7),
                random.nextInt(13) - 6,
                start,
                random.nextInt(4) == 0 ? start.plusMinutes(minutesUntilExpiry()) : null,
                random.nextInt(4) == 0 ? 1440 - 1 - random.nextInt(180) : 120 + random.nextInt(1320));
    }

    /** From six years before the three until shortly before their end; half of them in the hours in which clocks change. */
    private LocalDateTime start(Wall wall) {
        LocalDateTime last = LocalDateTime.ofInstant(wall.end, ZoneOffset.UTC).minusDays(30);
        LocalDateTime day = last.minusDays(random.nextInt(9 * 365 + 2));
        int hour = random.nextBoolean() ? random.nextInt(EARLY) : random.nextInt(24);
        int minute = random.nextBoolean() ? 0 : random.nextInt(60);
        return day.toLocalDate().atTime(LocalTime.of(hour, minute));
    }

    private long minutesUntilExpiry() {
        return 60L * 24 * (30 * 7 + random.nextInt(1200)) + random.nextInt(1440);
    }

    private int days(Unit unit) {
        int days = 0;
        int bound = unit == Unit.WEEK ? 7 : 31;
        if (unit == Unit.WEEK || unit == Unit.MONTH_DAYS) {
            for (int i = random.nextInt(4); i > 0; i--) {
                days |= 1 << 1 + random.nextInt(bound);
            }
        }
        return days;
    }

    WindowDraft write(Wish wish, Wall wall) {
        LocalDateTime expiry = wish.expiry();
        return new WindowDraft(
                "window-" + random.nextInt(1000),
                random.nextBoolean() ? null : "Host",
                TIME.format(wish.start()),
                expiry == null ? noExpiry() : TIME.format(expiry) + (random.nextBoolean() ? "" : ":00"),
                wish.minutes() == 120 && random.nextBoolean()
                        ? null
                        : String.format(Locale.ROOT, "%02d:%02d", wish.minutes() / 60, wish.minutes() % 60),
                wall.name,
                spelled(recurEvery(wish)));
    }

    private @Nullable String noExpiry() {
        return random.nextBoolean() ? null : "9999-12-31 23:59:59";
    }

    private String recurEvery(Wish wish) {
        String number = wish.every() == 1 && random.nextBoolean() ? "" : Integer.toString(wish.every());
        String plural = random.nextBoolean() ? "s" : "";
        return number
                + switch (wish.unit()) {
                    case DAY -> "Day" + plural;
                    case WEEK -> "Week" + plural + list(named(wish, this::weekday));
                    case MONTH_DAYS -> "Month" + plural + list(named(wish, day -> "day" + day));
                    case MONTH_WEEKDAY ->
                        "Month" + plural + " " + NTH.get(wish.nth() - 1) + " " + weekday(wish.weekday())
                                + (wish.offset() == 0 && random.nextBoolean() ? "" : " Offset" + wish.offset());
                };
    }

    private static List<String> named(Wish wish, IntFunction<String> name) {
        return IntStream.rangeClosed(1, 31).filter(wish::names).mapToObj(name).toList();
    }

    private String weekday(int day) {
        String name = WEEKDAYS.get(day - 1);
        return random.nextInt(3) == 0 ? name.substring(0, 3) : name;
    }

    private static String list(List<String> words) {
        return words.isEmpty() ? "" : " " + String.join(",", words);
    }

    private String spelled(String text) {
        return switch (random.nextInt(4)) {
            case 0 -> text.toLowerCase(Locale.ROOT);
            case 1 -> " " + text.replace(",", " , ").replace(" ", "  ");
            default -> text;
        };
    }
}
