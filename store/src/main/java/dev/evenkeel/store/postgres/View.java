package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How PostgreSQL's processes see our directories. Usually as we do. But root's state directory lies under {@code
 * /root}, which no other user may enter; opening it up is not ours to do. There PostgreSQL gets a mount namespace of
 * its own in which the two directories that it needs are bound to a place that it can reach. Nobody else sees that
 * mount, and it ends with PostgreSQL.
 *
 * @param home the home directory as PostgreSQL sees it
 * @param bin its programs as it sees them
 * @param prefix what to put before a command so that it sees so; empty if nothing is needed
 */
record View(Path home, Path bin, List<String> prefix) {
    private static final List<Path> MOUNT_POINTS = List.of(Path.of("/mnt"), Path.of("/srv"), Path.of("/media"));

    /** Arguments: mount point, home, root of the binaries or nothing; then the command. */
    private static final String SCRIPT = """
            set -e
            mount -t tmpfs -o mode=0755,size=64k evenkeel "$1"
            mkdir "$1/home" "$1/install"
            mount --bind "$2" "$1/home"
            if [ -n "$3" ]; then mount --bind "$3" "$1/install"; fi
            shift 3
            exec "$@"
            """;

    static View choose(Path home, PostgresInstall install, RunAs user) throws IOException {
        boolean homeInReach = user.canReach(home);
        boolean binInReach = user.canReach(install.bin());
        if (homeInReach && binInReach) {
            return new View(home, install.bin(), List.of());
        }
        Path mountPoint = MOUNT_POINTS.stream()
                .filter(it -> Files.isDirectory(it)
                        && !home.startsWith(it)
                        && !install.root().startsWith(it))
                .findFirst()
                .orElseThrow(() -> outOfReach(homeInReach ? install.bin() : home, user, "no mount point is free"));
        List<String> prefix = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private", "--"));
        prefix.addAll(List.of("sh", "-c", SCRIPT, "sh", mountPoint.toString(), home.toString()));
        prefix.add(binInReach ? "" : install.root().toString());
        var trial = new ArrayList<>(prefix);
        trial.add("true");
        var answer = Shell.run(trial);
        if (!answer.ok()) {
            throw outOfReach(homeInReach ? install.bin() : home, user, answer.output());
        }
        Path bin = binInReach
                ? install.bin()
                : mountPoint.resolve("install").resolve(install.root().relativize(install.bin()));
        return new View(mountPoint.resolve("home"), bin, prefix);
    }

    private static PostgresTrouble outOfReach(Path path, RunAs user, String why) {
        return new PostgresTrouble(
                Code.NO_ACCESS,
                "User " + user.name() + ", as whom PostgreSQL has to run, may not enter " + path
                        + ", and it cannot be shown to it in a mount namespace (" + why
                        + "). Choose a state directory that every user may pass through, for example --state"
                        + " /var/lib/evenkeel.");
    }

    /** The full command line: sees as this view does, is that user, and a ctrl-C at our terminal does not reach it. */
    List<String> command(RunAs user, List<String> program) {
        List<String> all = new ArrayList<>(List.of("setsid"));
        all.addAll(prefix);
        all.addAll(user.command(program));
        return all;
    }
}
