package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Optional;

/** Turns what PostgreSQL, the kernel or a helper program said into a {@link PostgresTrouble} with a remedy. */
final class Complaint {
    private Complaint() {}

    static PostgresTrouble of(String doing, IOException cause) {
        if (cause instanceof PostgresTrouble already) {
            return already;
        }
        String words = cause instanceof AccessDeniedException
                ? "Permission denied: " + cause.getMessage()
                : String.valueOf(cause.getMessage());
        PostgresTrouble trouble = of(doing, words);
        return new PostgresTrouble(trouble.code(), trouble.why(), cause);
    }

    /** @param said output or log lines, of which the telling one is quoted */
    static PostgresTrouble of(String doing, String said) {
        Code code = kind(said);
        return new PostgresTrouble(code, "Failed at " + doing + ": " + telling(said) + remedy(code));
    }

    private static Code kind(String said) {
        if (said.contains("No space left on device") || said.contains("Disk quota exceeded")) {
            return Code.DISK_FULL;
        }
        if (said.contains("Address already in use")) {
            return Code.PORT_TAKEN;
        }
        if (said.contains("database files are incompatible with server")) {
            return Code.WRONG_MAJOR;
        }
        if (said.contains("Permission denied")
                || said.contains("Operation not permitted")
                || said.contains("Read-only file system")) {
            return Code.NO_ACCESS;
        }
        return Code.FAILED;
    }

    private static String remedy(Code code) {
        return switch (code) {
            case DISK_FULL -> ". Make room on that file system; nothing is lost, and the server carries on by itself.";
            case NO_ACCESS ->
                ". Check owner and mode of the directory and of those above it, or choose another with --state.";
            case PORT_TAKEN -> ". Another program took the port; another one is tried.";
            case WRONG_MAJOR -> ". Install the PostgreSQL version that made the directory.";
            case NO_BINARIES, NOT_OURS, ALREADY_RUNNING, BAD_URL, UNREACHABLE, LOGIN_REFUSED, UNSUITABLE, FAILED -> "";
        };
    }

    /** The line that tells most: the last one of the gravest severity, else the last one. */
    private static String telling(String said) {
        List<String> lines =
                said.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        for (String severity : List.of("PANIC:", "FATAL:", "No space left", "Permission denied", "error:", "ERROR:")) {
            Optional<String> line = lines.reversed().stream()
                    .filter(it -> it.contains(severity) && !it.contains("the database system is"))
                    .findFirst();
            if (line.isPresent()) {
                return line.get();
            }
        }
        return lines.isEmpty() ? "no word of explanation" : lines.getLast();
    }
}
