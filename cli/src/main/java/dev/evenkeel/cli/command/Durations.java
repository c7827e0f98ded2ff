package dev.evenkeel.cli.command;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads lengths of time as people write them: {@code 90s}, {@code 1h30m}, {@code 7d}, or ISO 8601 ({@code PT90S}). */
final class Durations implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        int days = upper.indexOf('D');
        String iso = upper.startsWith("P")
                ? upper
                : days < 0
                        ? "PT" + upper
                        : "P" + upper.substring(0, days + 1)
                                + (days + 1 < upper.length() ? "T" + upper.substring(days + 1) : "");
        try {
            Duration duration = Duration.parse(iso);
            if (duration.isPositive()) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // told below, with examples
        }
        throw new TypeConversionException(
                "\"" + text + "\" is not a length of time above zero, such as 90s, 1h30m or 7d");
    }
}
