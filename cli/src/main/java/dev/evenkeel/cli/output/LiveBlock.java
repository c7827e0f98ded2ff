package dev.evenkeel.cli.output;

import java.io.PrintWriter;
import java.util.List;

/**
 * Lines at the bottom of a terminal that change in place while others scroll by above them. It uses only what every
 * terminal of the last thirty years understands (ECMA-48: cursor up, erase below, no automatic wrap), so it needs
 * neither the terminal's width nor its name.
 */
public final class LiveBlock implements AutoCloseable {
    /** A block that is higher than the screen could not be found again. */
    public static final int MOST_LINES = 18;

    private static final String NO_WRAP = "\033[?7l";
    private static final String WRAP = "\033[?7h";
    private static final String ERASE_BELOW = "\033[J";

    private final PrintWriter out;
    private List<String> shown = List.of();

    public LiveBlock(PrintWriter out) {
        this.out = out;
    }

    /** Puts these lines in place of those shown before; what does not fit is counted instead. */
    public void show(List<String> lines) {
        List<String> fitting = lines;
        if (lines.size() > MOST_LINES) {
            fitting = new java.util.ArrayList<>(lines.subList(0, MOST_LINES - 1));
            fitting.add("… and " + (lines.size() - MOST_LINES + 1) + " more");
        }
        if (!fitting.equals(shown)) {
            draw("", fitting);
        }
    }

    /** Prints a line that stays, above the block. */
    public void above(String line) {
        draw(line + "\n", shown);
    }

    private void draw(String above, List<String> lines) {
        StringBuilder text = new StringBuilder();
        if (!shown.isEmpty()) {
            text.append("\033[").append(shown.size()).append('A');
        }
        text.append('\r').append(ERASE_BELOW).append(above).append(NO_WRAP);
        lines.forEach(line -> text.append(line).append('\n'));
        text.append(WRAP);
        shown = List.copyOf(lines);
        out.print(text);
        out.flush();
    }

    /** Leaves the last state of the block standing. */
    @Override
    public void close() {
        out.print(WRAP);
        out.flush();
    }
}
