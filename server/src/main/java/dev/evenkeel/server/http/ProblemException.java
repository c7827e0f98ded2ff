package dev.evenkeel.server.http;

/** Carries a problem from where it is found to where it is answered. It has no stack trace: it is not a bug. */
public final class ProblemException extends RuntimeException {
    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
