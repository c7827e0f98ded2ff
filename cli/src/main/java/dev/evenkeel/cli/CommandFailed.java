package dev.evenkeel.cli;

import java.util.List;

/**
 * A command cannot go on, and the person at the terminal is told why. Thrown at the edge to the server and the file
 * system only, and caught in one place, {@link Main}, which prints it and ends with its code.
 */
public final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;
    private final List<String> more;

    public CommandFailed(ExitCode code, String message) {
        this(code, message, List.of());
    }

    /**
     * With more to say than one line.
     *
     * @param more further lines, printed indented under the message
     */
    public CommandFailed(ExitCode code, String message, List<String> more) {
        super(message);
        this.code = code;
        this.more = List.copyOf(more);
    }

    public ExitCode code() {
        return code;
    }

    public List<String> more() {
        return more;
    }
}
