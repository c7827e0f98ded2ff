package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data directory: whether there is one, whose it is, and how one is made. */
final class DataDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

    /** What an empty database and its first write-ahead segments need, with some air. */
    private static final long ROOM_FOR_A_NEW_ONE = 120L << 20;

    private final PostgresPlace place;

    DataDirectory(PostgresPlace place) {
        this.place = place;
    }

    /**
     * Major version of the data directory; empty when there is none yet.
     *
     * @throws PostgresTrouble when something is there that is not ours to use
     */
    OptionalInt major() throws PostgresTrouble {
        Path data = place.data();
        try {
            if (!Files.exists(data) || (Files.isDirectory(data) && FileTree.isEmpty(data))) {
                return OptionalInt.empty();
            }
            Path version = data.resolve("PG_VERSION");
            if (!Files.exists(version)) {
                throw notOurs(data + " is not a PostgreSQL data directory (it has no PG_VERSION)");
            }
            if (Identity.read(place.identity()).isEmpty()) {
                throw notOurs(data + " was not made by Evenkeel: its identity " + place.identity() + " is missing");
            }
            return OptionalInt.of(Integer.parseInt(Files.readString(version).strip()));
        } catch (NumberFormatException e) {
            throw notOurs(data + "/PG_VERSION does not hold a major version number");
        } catch (IOException e) {
            throw Complaint.of("looking at " + data, e);
        }
    }

    private static PostgresTrouble notOurs(String what) {
        return new PostgresTrouble(
                Code.NOT_OURS,
                what
                        + ". Nothing was touched. Restore what is missing from a backup, move the directory away, or choose"
                        + " another with --state.");
    }

    /** Whom the server runs as: the owner of an existing data directory, where we may act for it. */
    RunAs user() throws PostgresTrouble {
        RunAs user = RunAs.choose();
        Path data = place.data();
        try {
            if (!Files.exists(data) || FileTree.owner(data) == user.uid()) {
                return user;
            }
            Optional<RunAs> owner = user.weAreRoot() ? RunAs.owning(data) : Optional.empty();
            return owner.filter(it -> it.uid() != 0)
                    .orElseThrow(() -> new PostgresTrouble(
                            Code.NOT_OURS,
                            data + " belongs to uid " + ownerOrUnknown(data) + ", but PostgreSQL would run as "
                                    + user.name() + " (uid " + user.uid()
                                    + "). Run Evenkeel as that owner or as root, give the directory back (chown -R "
                                    + user.name() + " " + place.home() + "), or choose another with --state."));
        } catch (IOException e) {
            throw Complaint.of("looking at " + data, e);
        }
    }

    private static String ownerOrUnknown(Path data) {
        try {
            return Integer.toString(FileTree.owner(data));
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Runs initdb. An attempt that was interrupted leaves nothing that a later one stumbles over. */
    void create(PostgresInstall install, RunAs user, View view, Identity identity) throws PostgresTrouble {
        LOG.info("Creating a database with PostgreSQL {} as user {} in {}", install, user.name(), place.data());
        Path password = place.home().resolve("password.new");
        try {
            requireRoom();
            FileTree.delete(place.unfinishedData());
            Files.deleteIfExists(password);
            user.writePrivateFile(password, identity.password());
            var answer = Shell.run(view.command(
                    user,
                    List.of(
                            view.bin().resolve("initdb").toString(),
                            "--pgdata="
                                    + view.home().resolve(place.unfinishedData().getFileName()),
                            "--username=" + Identity.USER,
                            "--pwfile=" + view.home().resolve(password.getFileName()),
                            "--auth=scram-sha-256",
                            "--data-checksums",
                            "--encoding=UTF8",
                            "--locale=C")));
            if (!answer.ok()) {
                throw Complaint.of("creating the database in " + place.data(), answer.output());
            }
            Files.deleteIfExists(place.data());
            Files.move(place.unfinishedData(), place.data(), StandardCopyOption.ATOMIC_MOVE);
            Shell.run("sync", place.home().toString());
        } catch (IOException e) {
            throw Complaint.of("creating the database in " + place.data(), e);
        } finally {
            deleteQuietly(password);
        }
    }

    private void requireRoom() throws IOException {
        long free = Files.getFileStore(place.home()).getUsableSpace();
        if (free < ROOM_FOR_A_NEW_ONE) {
            throw new PostgresTrouble(
                    Code.DISK_FULL,
                    "A new database needs " + (ROOM_FOR_A_NEW_ONE >> 20) + " MiB, but the file system of "
                            + place.home() + " has only " + (free >> 20)
                            + " MiB free. Make room, or choose another with --state.");
        }
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("Could not delete {}: {}", file, e.toString());
        }
    }
}
