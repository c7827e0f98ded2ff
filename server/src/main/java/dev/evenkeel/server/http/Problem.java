package dev.evenkeel.server.http;

import java.util.List;

/**
 * Why a request was not done: problem details of RFC 9457.
 *
 * @param type stable name of the kind of problem, a relative reference
 * @param title the kind in words, the same for every problem of the type
 * @param status the HTTP status
 * @param detail this very problem in words, with the remedy
 * @param errors the wrong fields, each with its remedy
 */
public record Problem(String type, String title, int status, String detail, List<FieldError> errors) {
    public Problem {
        errors = List.copyOf(errors);
    }

    /** The kinds of problems; each has one status. */
    public enum Kind {
        BAD_REQUEST(400, "bad-request", "The request cannot be understood"),
        UNAUTHENTICATED(401, "unauthenticated", "Nobody knows who asks"),
        FORBIDDEN(403, "forbidden", "This token may not do that"),
        NOT_FOUND(404, "not-found", "There is no such thing"),
        NO_SUCH_METHOD(405, "no-such-method", "This address does not take this method"),
        CONFLICT(409, "conflict", "As things are, this cannot be done"),
        TOO_LARGE(413, "too-large", "The request is too large"),
        WRONG_MEDIA_TYPE(415, "wrong-media-type", "This media type is not taken here"),
        INVALID(422, "invalid", "The request is understood and wrong"),
        INTERNAL(500, "internal", "A bug in the server"),
        UNAVAILABLE(503, "unavailable", "Not now"),
        NO_ROOM(507, "no-room", "There is no room for it");

        private final int status;
        private final String slug;
        private final String title;

        Kind(int status, String slug, String title) {
            this.status = status;
            this.slug = slug;
            this.title = title;
        }

        public int status() {
            return status;
        }

        /** A problem of this kind. */
        public Problem with(String detail, List<FieldError> errors) {
            return new Problem("/problems/" + slug, title, status, detail, errors);
        }

        /** A problem of this kind, ready to be thrown. */
        public ProblemException because(String detail) {
            return new ProblemException(with(detail, List.of()));
        }

        /** A problem of this kind with its wrong fields, ready to be thrown. */
        public ProblemException because(String detail, List<FieldError> errors) {
            return new ProblemException(with(detail, errors));
        }
    }

    /** One wrong field: the most frequent problem. */
    public static ProblemException invalid(String field, String value, String remedy) {
        return invalid(List.of(new FieldError(field, value, remedy)));
    }

    /** Wrong fields; {@code errors} has at least one. */
    public static ProblemException invalid(List<FieldError> errors) {
        FieldError first = errors.getFirst();
        String more = errors.size() == 1 ? "" : " (and " + (errors.size() - 1) + " more, see errors)";
        return Kind.INVALID.because(first.field() + ": " + first.remedy() + more, errors);
    }
}
