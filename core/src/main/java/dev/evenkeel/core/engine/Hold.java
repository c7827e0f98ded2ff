package dev.evenkeel.core.engine;

/**
 * A share of a budget.
 *
 * @param scope what is disturbed, such as {@code host:h1}, {@code vm:UUID}, {@code rack:r7}
 * @param limit how many runs may hold the scope at once, at least 1
 */
public record Hold(String scope, int limit) {
    /** The code of a refusal because others hold the scope. */
    public static final String TAKEN = "HOLD_TAKEN";

    public Hold {
        if (limit < 1) {
            throw new IllegalArgumentException("limit of " + scope + " must be at least 1: " + limit);
        }
    }
}
