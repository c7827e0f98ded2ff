package dev.evenkeel.server.http;

/** Who asks, as a token shows. */
public record Principal(String name, Role role) {
    /** A caller without a token, on the routes that are open. */
    public static final Principal NOBODY = new Principal("nobody", Role.VIEWER);

    /** What a token may do. */
    public enum Role {
        OPERATOR,
        VIEWER
    }
}
