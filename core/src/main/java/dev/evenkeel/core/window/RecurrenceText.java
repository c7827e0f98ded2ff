package dev.evenkeel.core.window;

import dev.evenkeel.core.window.Recurrence.Daily;
import dev.evenkeel.core.window.Recurrence.MonthDays;
import dev.evenkeel.core.window.Recurrence.MonthWeekday;
import dev.evenkeel.core.window.Recurrence.Weekly;
import java.time.DayOfWeek;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads and writes {@code recurEvery}: {@code [n]Day(s)}, {@code [n]Week(s) [Saturday,Sunday]}, {@code [n]Month(s)
 * [day23,day24]} and {@code [n]Month(s) First|Second|Third|Fourth|Last Sunday [Offset-6..6]}. Case and more spaces do not
 * matter, and days may be shortened to three letters; what is written is Azure's own spelling.
 */
public final class RecurrenceText {
    private static final Pattern WHOLE = Pattern.compile("(?:(\\d{1,9}) ?)?(day|week|month)s?(?: (.+))?");
    private static final Pattern ORDINAL =
            Pattern.compile("(first|second|third|fourth|last) ([a-z]+)(?: offset([+-]?\\d{1,9}))?");
    private static final Pattern MONTH_DAY = Pattern.compile("day(\\d{1,2})");

    static final String FORMS = "write it as Day, 3Days, Week Saturday,Sunday, 2Weeks, Month day23,day24,"
            + " Month Fourth Monday or Month Last Sunday Offset-3";

    /** What became of a text. */
    public sealed interface Parsed {
        record Good(Recurrence recurrence) implements Parsed {}

        /** @param remedy what to write instead */
        record Bad(String remedy) implements Parsed {}
    }

    private RecurrenceText() {}

    public static Parsed parse(String text) {
        String plain =
                text.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ").replaceAll(" ?, ?", ",");
        Matcher whole = WHOLE.matcher(plain);
        if (!whole.matches()) {
            return new Parsed.Bad(FORMS);
        }
        int every = whole.group(1) == null ? 1 : Integer.parseInt(whole.group(1));
        if (every < 1 || every > Recurrence.MOST) {
            return new Parsed.Bad("give a number from 1 to " + Recurrence.MOST + " before Days, Weeks or Months");
        }
        String rest = whole.group(3) == null ? "" : whole.group(3);
        return switch (whole.group(2)) {
            case "day" ->
                rest.isEmpty()
                        ? new Parsed.Good(new Daily(every))
                        : new Parsed.Bad(
                                "leave out what follows Day; to open on days of the week write Week Saturday,Sunday");
            case "week" -> weekly(every, rest);
            default -> rest.startsWith("day") ? monthDays(every, rest) : monthWeekday(every, rest);
        };
    }

    private static Parsed weekly(int every, String rest) {
        SortedSet<DayOfWeek> days = new TreeSet<>();
        if (!rest.isEmpty()) {
            for (String word : rest.split(",", -1)) {
                Optional<DayOfWeek> day = weekday(word);
                if (day.isEmpty()) {
                    return new Parsed.Bad("name days of the week, separated by commas, such as Saturday,Sunday");
                }
                if (!days.add(day.get())) {
                    return new Parsed.Bad("name each day of the week once");
                }
            }
        }
        return new Parsed.Good(new Weekly(every, days));
    }

    private static Parsed monthDays(int every, String rest) {
        SortedSet<Integer> days = new TreeSet<>();
        for (String word : rest.split(",", -1)) {
            Matcher day = MONTH_DAY.matcher(word);
            int number = day.matches() ? Integer.parseInt(day.group(1)) : 0;
            if (number < 1 || number > 31) {
                return new Parsed.Bad("give days of the month as day1 to day31, separated by commas");
            }
            if (!days.add(number)) {
                return new Parsed.Bad("name each day of the month once");
            }
        }
        return new Parsed.Good(new MonthDays(every, days));
    }

    private static Parsed monthWeekday(int every, String rest) {
        if (rest.isEmpty()) {
            return new Parsed.Good(new MonthDays(every, new TreeSet<>()));
        }
        Matcher ordinal = ORDINAL.matcher(rest);
        if (!ordinal.matches()) {
            return new Parsed.Bad("after Month write days such as day23,day24, or one day such as Fourth Monday or"
                    + " Last Sunday Offset-3");
        }
        Optional<DayOfWeek> day = weekday(ordinal.group(2));
        if (day.isEmpty()) {
            return new Parsed.Bad("name a day of the week after First, Second, Third, Fourth or Last");
        }
        int offset = ordinal.group(3) == null ? 0 : Integer.parseInt(ordinal.group(3));
        if (Math.abs(offset) > MonthWeekday.MOST_OFFSET) {
            return new Parsed.Bad("give an offset from -6 to 6 days, such as Offset-3");
        }
        WeekOfMonth week = WeekOfMonth.valueOf(ordinal.group(1).toUpperCase(Locale.ROOT));
        return new Parsed.Good(new MonthWeekday(every, week, day.get(), offset));
    }

    private static Optional<DayOfWeek> weekday(String word) {
        for (DayOfWeek day : DayOfWeek.values()) {
            String name = day.name().toLowerCase(Locale.ROOT);
            if (word.equals(name) || word.equals(name.substring(0, 3))) {
                return Optional.of(day);
            }
        }
        return Optional.empty();
    }

    static String print(Recurrence recurrence) {
        return switch (recurrence) {
            case Daily daily -> unit(daily, "Day");
            case Weekly weekly ->
                list(
                        unit(weekly, "Week"),
                        weekly.days().stream().map(RecurrenceText::name).collect(Collectors.joining(",")));
            case MonthDays days ->
                list(
                        unit(days, "Month"),
                        days.days().stream().map(d -> "day" + d).collect(Collectors.joining(",")));
            case MonthWeekday one ->
                unit(one, "Month") + " " + one.week().text() + " " + name(one.day())
                        + (one.offset() == 0 ? "" : " Offset" + one.offset());
        };
    }

    private static String unit(Recurrence recurrence, String unit) {
        return recurrence.every() == 1 ? unit : recurrence.every() + unit + "s";
    }

    private static String list(String unit, String list) {
        return list.isEmpty() ? unit : unit + " " + list;
    }

    private static String name(DayOfWeek day) {
        return day.name().charAt(0) + day.name().substring(1).toLowerCase(Locale.ROOT);
    }
}
