package dev.evenkeel.core.notice;

/**
 * Names one scheduled event, for all who see it and for ever.
 *
 * @param value 1 to 64 letters, digits and hyphens
 */
public record EventId(String value) implements Comparable<EventId> {
    private static final int LONGEST = 64;

    public EventId {
        if (value.isEmpty() || value.length() > LONGEST || !value.matches("[A-Za-z0-9-]+")) {
            throw new IllegalArgumentException(
                    "event id " + value + ": give 1 to " + LONGEST + " letters, digits and hyphens");
        }
    }

    @Override
    public int compareTo(EventId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
