package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The user that PostgreSQL runs as; it refuses to run as root.
 *
 * @param name as in the user database
 * @param weAreRoot whether we have to change to that user (else we are it)
 */
record RunAs(String name, int uid, int gid, boolean weAreRoot) {

    static int ourUid() throws IOException {
        return FileTree.owner(Path.of("/proc/self"));
    }

    /** Ourselves, unless we are root: then {@code postgres} (Debian's package makes it), else {@code nobody}. */
    static RunAs choose() throws PostgresTrouble {
        try {
            int us = ourUid();
            if (us != 0) {
                return lookUp(Integer.toString(us), false)
                        .orElseThrow(() -> new PostgresTrouble(
                                Code.NO_ACCESS,
                                "We run as uid " + us + ", which has no name in /etc/passwd; PostgreSQL needs one."
                                        + " Add the user, or use --database URL."));
            }
            for (String name : List.of("postgres", "nobody")) {
                Optional<RunAs> user = lookUp(name, true);
                if (user.isPresent()) {
                    return user.get();
                }
            }
        } catch (IOException e) {
            throw Complaint.of("looking up the user to run PostgreSQL as", e);
        }
        throw new PostgresTrouble(
                Code.NO_ACCESS,
                "PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it as."
                        + " Install the package postgresql-common, or run Evenkeel as an ordinary user.");
    }

    /** The owner of a directory that exists, when root may act for it. */
    static Optional<RunAs> owning(Path path) throws IOException {
        return lookUp(Integer.toString(FileTree.owner(path)), true);
    }

    private static Optional<RunAs> lookUp(String nameOrUid, boolean weAreRoot) throws IOException {
        var answer = Shell.run("getent", "passwd", nameOrUid);
        String[] fields = answer.output().split(":", -1);
        return answer.ok() && fields.length >= 4
                ? Optional.of(new RunAs(fields[0], Integer.parseInt(fields[2]), Integer.parseInt(fields[3]), weAreRoot))
                : Optional.empty();
    }

    /** Makes a directory (or takes an existing one) that only this user may enter. */
    void makePrivateDirectory(Path directory) throws IOException {
        Files.createDirectories(directory);
        give(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** Makes a new file that only this user may read. */
    void writePrivateFile(Path file, String text) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
        give(file);
    }

    private void give(Path path) throws IOException {
        if (weAreRoot) {
            Files.setAttribute(path, "unix:uid", uid);
            Files.setAttribute(path, "unix:gid", gid);
        }
    }

    /** The command, as this user, with no way back to more privileges. */
    List<String> command(List<String> command) {
        if (!weAreRoot) {
            return command;
        }
        List<String> all = new ArrayList<>(List.of(
                "setpriv",
                "--reuid=" + uid,
                "--regid=" + gid,
                "--clear-groups",
                "--inh-caps=-all",
                "--no-new-privs",
                "--"));
        all.addAll(command);
        return all;
    }

    /** Whether this user can get at a directory by its path: every directory above must let it through. */
    boolean canReach(Path directory) throws IOException {
        return !weAreRoot
                || Shell.run(command(List.of("sh", "-c", "cd \"$1\"", "sh", directory.toString())))
                        .ok();
    }
}
