package dev.evenkeel.cli.output;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, each column as wide as its widest cell, two blanks between them. */
public final class Table<T> {
    private final List<Column<T>> columns;

    private Table(List<Column<T>> columns) {
        this.columns = columns;
    }

    @SafeVarargs
    public static <T> Table<T> of(Column<T>... columns) {
        List<Column<T>> list = new ArrayList<>();
        for (Column<T> column : columns) {
            list.add(column);
        }
        return new Table<>(List.copyOf(list));
    }

    /** The heading and a line for each row, without line ends. */
    public List<String> lines(List<? extends T> rows, boolean wide, Paint paint) {
        List<Column<T>> shown =
                columns.stream().filter(column -> wide || !column.wideOnly()).toList();
        List<List<String>> cells = new ArrayList<>();
        cells.add(shown.stream().map(Column::title).toList());
        for (T row : rows) {
            cells.add(shown.stream()
                    .map(column -> column.cell().apply(row))
                    .map(text -> text.isEmpty() ? "-" : oneLine(text))
                    .toList());
        }
        int[] widths = new int[shown.size()];
        for (List<String> line : cells) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(line.get(i)));
            }
        }
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < cells.size(); row++) {
            lines.add(line(shown, cells.get(row), widths, row > 0, paint));
        }
        return lines;
    }

    private static <T> String line(
            List<Column<T>> columns, List<String> cells, int[] widths, boolean body, Paint paint) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            Column<T> column = columns.get(i);
            String blanks = " ".repeat(widths[i] - width(cells.get(i)));
            String text = body && column.state() ? paint.state(cells.get(i)) : cells.get(i);
            boolean lastColumn = i == cells.size() - 1;
            line.append(column.right() ? blanks + text : lastColumn ? text : text + blanks);
            line.append(lastColumn ? "" : "  ");
        }
        return line.toString();
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /** What comes from outside must not break the rows, nor speak to the terminal. */
    private static String oneLine(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
