package dev.evenkeel.core.window;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a configuration must keep, and how it is read and written. */
public final class WindowRules {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern DURATION = Pattern.compile("([01]\\d|2[0-3]):([0-5]\\d)");
    private static final DateTimeFormatter MINUTES = format("uuuu-MM-dd HH:mm");
    private static final DateTimeFormatter SECONDS = format("uuuu-MM-dd HH:mm[:ss]");
    private static final DateTimeFormatter WITH_SECONDS = format("uuuu-MM-dd HH:mm:ss");

    /** What became of a draft. */
    public sealed interface Reading {
        record Good(MaintenanceConfiguration configuration) implements Reading {}

        /** @param errors at least one, in the order of the fields */
        record Bad(List<WindowError> errors) implements Reading {
            public Bad {
                errors = List.copyOf(errors);
            }
        }
    }

    private final WindowDraft draft;
    private final List<WindowError> errors = new ArrayList<>();

    private WindowRules(WindowDraft draft) {
        this.draft = draft;
    }

    /** Reads a draft, or says everything that is wrong with it. */
    public static Reading read(WindowDraft draft) {
        return new WindowRules(draft).read();
    }

    private Reading read() {
        String name = name();
        MaintenanceScope scope = scope();
        LocalDateTime start = time("startDateTime", draft.startDateTime(), MINUTES);
        LocalDateTime expiry = draft.expirationDateTime() == null
                ? MaintenanceConfiguration.NEVER
                : time("expirationDateTime", draft.expirationDateTime(), SECONDS);
        if (start != null && expiry != null && !start.isBefore(expiry)) {
            wrong(
                    "expirationDateTime",
                    draft.expirationDateTime(),
                    "give a time after the start, " + MINUTES.format(start));
        }
        Duration duration = duration(scope);
        WindowZone zone = zone();
        Recurrence recurrence = recurrence();
        if (!errors.isEmpty()
                || start == null
                || expiry == null
                || duration == null
                || zone == null
                || recurrence == null) {
            return new Reading.Bad(errors);
        }
        MaintenanceConfiguration configuration =
                new MaintenanceConfiguration(name, scope, start, expiry, duration, zone, recurrence);
        if (configuration.next(zone.firstAt(start)).isEmpty()) {
            wrong(
                    "expirationDateTime",
                    draft.expirationDateTime(),
                    "it would never open: expire after its first date, "
                            + recurrence.onOrAfter(start.toLocalDate(), start.toLocalDate()));
            return new Reading.Bad(errors);
        }
        return new Reading.Good(configuration);
    }

    static WindowDraft print(MaintenanceConfiguration configuration) {
        Duration duration = configuration.duration();
        return new WindowDraft(
                configuration.name(),
                configuration.scope().text(),
                MINUTES.format(configuration.start()),
                (configuration.expiry().getSecond() == 0 ? MINUTES : WITH_SECONDS).format(configuration.expiry()),
                String.format(Locale.ROOT, "%02d:%02d", duration.toHours(), duration.toMinutesPart()),
                configuration.zone().name(),
                configuration.recurrence().text());
    }

    private String name() {
        String name = draft.name() == null ? "" : draft.name();
        if (!NAME.matcher(name).matches()) {
            wrong("name", name, "start with a letter or digit, then up to 62 of letters, digits and . _ -");
        }
        return name;
    }

    private MaintenanceScope scope() {
        String written = draft.maintenanceScope();
        for (MaintenanceScope scope : MaintenanceScope.values()) {
            if (written == null || written.equalsIgnoreCase(scope.text())) {
                return scope;
            }
        }
        wrong("maintenanceScope", written, "write Host: Evenkeel maintains hosts, not what runs inside of VMs");
        return MaintenanceScope.HOST;
    }

    private @Nullable LocalDateTime time(String field, @Nullable String written, DateTimeFormatter format) {
        if (written != null) {
            try {
                return LocalDateTime.parse(written.strip(), format);
            } catch (DateTimeException e) {
                // Said below, the same as when it is left out.
            }
        }
        wrong(
                field,
                written,
                "give a date and time of the zone's own clocks as YYYY-MM-DD hh:mm, such as 2026-03-01 22:00");
        return null;
    }

    private @Nullable Duration duration(MaintenanceScope scope) {
        if (draft.duration() == null) {
            return scope.leastDuration();
        }
        Matcher written = DURATION.matcher(draft.duration().strip());
        if (!written.matches()) {
            wrong("duration", draft.duration(), "give hours and minutes as HH:mm, from 02:00 to 23:59");
            return null;
        }
        Duration duration =
                Duration.ofHours(Integer.parseInt(written.group(1))).plusMinutes(Integer.parseInt(written.group(2)));
        if (duration.compareTo(scope.leastDuration()) < 0) {
            wrong("duration", draft.duration(), "give at least 02:00: less is too short to update a host");
            return null;
        }
        return duration;
    }

    private @Nullable WindowZone zone() {
        Optional<WindowZone> zone = draft.timeZone() == null
                ? Optional.empty()
                : WindowZone.named(draft.timeZone().strip());
        if (zone.isEmpty()) {
            wrong(
                    "timeZone",
                    draft.timeZone(),
                    "give an IANA name such as Europe/Berlin, or a Windows name such as Pacific Standard Time");
        }
        return zone.orElse(null);
    }

    private @Nullable Recurrence recurrence() {
        if (draft.recurEvery() == null) {
            wrong("recurEvery", null, RecurrenceText.FORMS);
            return null;
        }
        return switch (RecurrenceText.parse(draft.recurEvery())) {
            case RecurrenceText.Parsed.Good good -> good.recurrence();
            case RecurrenceText.Parsed.Bad bad -> {
                wrong("recurEvery", draft.recurEvery(), bad.remedy());
                yield null;
            }
        };
    }

    private void wrong(String field, @Nullable String value, String remedy) {
        errors.add(new WindowError(field, value == null ? "" : value, remedy));
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);
    }
}
