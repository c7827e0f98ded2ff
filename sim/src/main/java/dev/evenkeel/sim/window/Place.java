package dev.evenkeel.sim.window;

import java.time.LocalDate;
import java.util.List;

/**
 * Three years of one time zone. Of the twelve, six have been, with a day left out and clocks put forward at midnight and
 * at a minute past it, and six are to come, known by rule only. All have a leap day.
 *
 * @param name how users write it, perhaps in Windows' words
 * @param zone what it must mean
 */
public record Place(String name, String zone, LocalDate begin) {
    private static final LocalDate BEEN = LocalDate.of(2010, 7, 1);
    private static final LocalDate TO_COME = LocalDate.of(2042, 1, 1);

    static final int YEARS = 3;

    public static final List<Place> ALL = List.of(
            new Place("Pacific/Apia", "Pacific/Apia", BEEN),
            new Place("America/St_Johns", "America/St_Johns", BEEN),
            new Place("E. South America Standard Time", "America/Sao_Paulo", BEEN),
            new Place("Australia/Lord_Howe", "Australia/Lord_Howe", BEEN),
            new Place("Morocco Standard Time", "Africa/Casablanca", BEEN),
            new Place("Europe/Berlin", "Europe/Berlin", BEEN),
            new Place("Pacific Standard Time", "America/Los_Angeles", TO_COME),
            new Place("America/Santiago", "America/Santiago", TO_COME),
            new Place("Lord Howe Standard Time", "Australia/Lord_Howe", TO_COME),
            new Place("Africa/Cairo", "Africa/Cairo", TO_COME),
            new Place("W. Europe Standard Time", "Europe/Berlin", TO_COME),
            new Place("UTC", "UTC", TO_COME));
}
