package dev.evenkeel.cli.output;

import java.util.function.Function;

/**
 * One column of a table.
 *
 * @param cell the text of a row in this column; empty shows as a dash
 * @param wideOnly only with {@code -o wide}
 * @param right numbers, set to the right
 * @param state a state, coloured by its meaning
 */
public record Column<T>(String title, Function<T, String> cell, boolean wideOnly, boolean right, boolean state) {

    public static <T> Column<T> of(String title, Function<T, String> cell) {
        return new Column<>(title, cell, false, false, false);
    }

    public static <T> Column<T> number(String title, Function<T, String> cell) {
        return new Column<>(title, cell, false, true, false);
    }

    public static <T> Column<T> state(String title, Function<T, String> cell) {
        return new Column<>(title, cell, false, false, true);
    }

    /** The same, only with {@code -o wide}. */
    public Column<T> wide() {
        return new Column<>(title, cell, true, right, state);
    }
}
