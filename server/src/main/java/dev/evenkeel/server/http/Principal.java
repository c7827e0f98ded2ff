package dev.evenkeel.server.http;

/** Who asks, as a token shows. */
public record Principal(String name, Role role) {
    /** A caller without a token, on the routes that are open. */
    public static final Principal NOBODY = new Principal("nobody", Role.VIEWER);

    /** What a token may do. */
    public enum Role {
        /** Everything. */
        OPERATOR,
        /** Reads, and tells what it measured of VMs from outside. */
        OBSERVER,
        /** Reads. */
        VIEWER;

        /** Whether this role may use routes of this access. */
        boolean may(Access access) {
            return switch (access) {
                case OPEN, READ -> true;
                case OBSERVE -> this != VIEWER;
                case ORDER -> this == OPERATOR;
            };
        }
    }
}
