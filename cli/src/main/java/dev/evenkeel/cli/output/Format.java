package dev.evenkeel.cli.output;

/** What {@code -o} offers. */
public enum Format {
    table,
    wide,
    json,
    yaml;

    /** Whether people read it, so that headings, colours and progress are welcome. */
    public boolean forPeople() {
        return this == table || this == wide;
    }
}
