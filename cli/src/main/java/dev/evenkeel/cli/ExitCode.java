package dev.evenkeel.cli;

/** How a command ended, as a script sees it. The numbers are a promise: they are never given another meaning. */
public enum ExitCode {
    OK(0, "done"),
    FAILED(1, "the operation ended badly, or the server did"),
    USAGE(2, "the command or a value in it is wrong"),
    NOT_FOUND(3, "what was named does not exist"),
    REFUSED(4, "refused; the reasons are printed"),
    UNREACHABLE(5, "the server does not answer or is not ready"),
    FORBIDDEN(6, "the token is missing, unknown, or may not do this"),
    TIMED_OUT(7, "--timeout passed before the end; what was started goes on");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    /** One clause for people. */
    public String meaning() {
        return meaning;
    }
}
