package dev.evenkeel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the embedded server refuses to start, and what it says. */
class PostgresRefusalTest {

    @TempDir
    Path state;

    @Test
    void dataOfAnotherMajorVersionIsRefusedWithBothVersionsAndTheRemedy() throws Exception {
        Fixture.haveRunBefore(state);
        Files.writeString(place().data().resolve("PG_VERSION"), "11\n");

        PostgresTrouble trouble = refused(place());

        assertThat(trouble.code()).isEqualTo(Code.WRONG_MAJOR);
        assertThat(trouble)
                .hasMessageContaining("made by PostgreSQL 11")
                .hasMessageContaining(" (bundled)")
                .hasMessageContaining("apt-get install postgresql-11")
                .hasMessageContaining("pg_upgrade");
        assertThat(place().data().resolve("PG_VERSION")).hasContent("11");
    }

    @Test
    void dataWithoutItsIdentityIsNotOurs() throws Exception {
        Fixture.haveRunBefore(state);
        Files.delete(place().identity());

        PostgresTrouble trouble = refused(place());

        assertThat(trouble.code()).isEqualTo(Code.NOT_OURS);
        assertThat(trouble).hasMessageContaining("pg.properties").hasMessageContaining("Nothing was touched");
        assertThat(place().identity()).doesNotExist();
    }

    @Test
    void aDirectoryOfSomethingElseIsNotOurs() throws Exception {
        Files.createDirectories(place().data());
        Files.writeString(place().data().resolve("holiday.jpg"), "sand");

        assertThat(refused(place()).code()).isEqualTo(Code.NOT_OURS);
        assertThat(place().data().resolve("holiday.jpg")).hasContent("sand");
    }

    @Test
    void dataThatBelongsToRootIsNotOurs() throws Exception {
        assumeTrue(Fixture.weAreRoot(), "only root gives files to others");
        Fixture.haveRunBefore(state);
        Files.setAttribute(place().data(), "unix:uid", 0);

        PostgresTrouble trouble = refused(place());

        assertThat(trouble.code()).isEqualTo(Code.NOT_OURS);
        assertThat(trouble).hasMessageContaining("belongs to uid 0").hasMessageContaining("chown -R");
    }

    @Test
    void rootActsForTheUserWhoMadeTheData() throws Exception {
        assumeTrue(Fixture.weAreRoot(), "only root changes user");
        Fixture.haveRunBefore(state);
        int games = 5; // one of Debian's static users
        assertThat(Shell.run(
                                "chown",
                                "-R",
                                Integer.toString(games),
                                place().home().toString())
                        .ok())
                .isTrue();
        try (var postgres = EmbeddedPostgres.start(place())) {
            assertThat(FileTree.owner(Path.of("/proc/" + postgres.pid().orElseThrow())))
                    .isEqualTo(games);
        }
    }

    @Test
    void nothingInstalledAndNothingBundledIsSaid() {
        var nothing = place().with(new PostgresFinder(Path.of("/nonexistent"), List.of(), false));

        PostgresTrouble trouble = refused(nothing);

        assertThat(trouble.code()).isEqualTo(Code.NO_BINARIES);
        assertThat(trouble).hasMessageContaining("apt-get install postgresql").hasMessageContaining("--database");
    }

    @Test
    void tooLittleRoomIsSaidBeforeAnythingIsMade() throws Exception {
        assumeTrue(Fixture.weAreRoot(), "only root mounts");
        var mounted = Shell.run("mount", "-t", "tmpfs", "-o", "size=20m", "evenkeel-test", state.toString());
        assumeTrue(mounted.ok(), "this root may not mount: " + mounted.output());
        try {
            PostgresTrouble trouble = refused(place());
            assertThat(trouble.code()).isEqualTo(Code.DISK_FULL);
            assertThat(trouble).hasMessageContaining("120 MiB").hasMessageContaining("MiB free");
            assertThat(place().data()).doesNotExist();
        } finally {
            Shell.run("umount", state.toString());
        }
    }

    @Test
    void aStateDirectoryThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.writeString(state.resolve("file"), "not a directory");

        assertThat(refused(PostgresPlace.under(file))).hasMessageContaining(file.toString());
    }

    private PostgresPlace place() {
        return PostgresPlace.under(state);
    }

    private static PostgresTrouble refused(PostgresPlace place) {
        return Objects.requireNonNull(catchThrowableOfType(
                PostgresTrouble.class, () -> EmbeddedPostgres.start(place).close()));
    }
}
