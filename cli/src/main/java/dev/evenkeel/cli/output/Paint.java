package dev.evenkeel.cli.output;

import java.util.Locale;
import java.util.Set;

/** Colours for words that say how something is; without colours everything stays as it is. */
public enum Paint {
    ON,
    OFF;

    private static final Set<String> GOOD = Set.of("ready", "done", "already", "moved", "running", "rolling");
    private static final Set<String> WAITING = Set.of(
            "cordoned", "paused", "cancelling", "cancelled", "undone", "undoing", "moving", "partial", "skipped");
    private static final Set<String> BAD =
            Set.of("silent", "halted", "failed", "refused", "needsperson", "unsure", "stuck", "crashed", "shutoff");

    private static final String GREEN = "32";
    private static final String YELLOW = "33";
    private static final String RED = "31";

    /** A state, padded or not, in the colour of what it means: green well, yellow waiting, red wrong. */
    public String state(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT).replace("_", "");
        if (GOOD.contains(word)) {
            return colour(GREEN, text);
        }
        if (WAITING.contains(word)) {
            return colour(YELLOW, text);
        }
        return BAD.contains(word) ? bad(text) : text;
    }

    /** A text that says something of this level: INFO, WARNING or ALARM. */
    public String level(String level, String text) {
        return switch (level) {
            case "ALARM" -> colour(RED, text);
            case "WARNING" -> colour(YELLOW, text);
            default -> text;
        };
    }

    public String bad(String text) {
        return colour(RED, text);
    }

    public String bold(String text) {
        return colour("1", text);
    }

    public String faint(String text) {
        return colour("2", text);
    }

    private String colour(String code, String text) {
        return this == ON ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
