package dev.evenkeel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --database URL}; the embedded server plays the operator's. */
class OperatorDatabaseTest {

    @TempDir
    static Path state;

    private static EmbeddedPostgres server;
    private static String password;

    @BeforeAll
    static void start() throws Exception {
        PostgresPlace place = PostgresPlace.under(state);
        Fixture.haveRunBefore(state);
        server = EmbeddedPostgres.start(place);
        password = Identity.read(place.identity()).orElseThrow().password();
        Fixture.execute(
                server,
                "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0",
                "CREATE ROLE \"we:ird\" LOGIN PASSWORD 'p@ss/%'");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aUrlWithThePasswordInItOrInTheEnvironmentWorks() throws Exception {
        try (var database = OperatorDatabase.open(url("evenkeel:" + password, "evenkeel"), Map.of())) {
            assertThat(Fixture.ask(database, "SELECT current_database()")).isEqualTo("evenkeel");
            assertThat(database.describe()).doesNotContain(password);
        }
        var environment = Map.of("PGPASSWORD", password);
        try (var database = Database.open("jdbc:" + url("evenkeel", "evenkeel"), state, environment)) {
            assertThat(Fixture.ask(database, "SELECT current_user")).isEqualTo("evenkeel");
        }
    }

    @Test
    void specialCharactersAreWrittenInPercentForm() throws Exception {
        try (var database = OperatorDatabase.open(url("we%3Aird:p%40ss%2F%25", "evenkeel"), Map.of())) {
            assertThat(Fixture.ask(database, "SELECT current_user")).isEqualTo("we:ird");
        }
    }

    @Test
    void whatIsWrongIsSaidWithoutThePassword() {
        assertThat(refused("mysql://a:secret@b/c"))
                .satisfies(it -> assertThat(it.code()).isEqualTo(Code.BAD_URL))
                .hasMessageContaining("mysql://a:***@b/c")
                .hasMessageContaining("postgresql://");
        assertThat(refused(url("evenkeel:wrong", "evenkeel")))
                .satisfies(it -> assertThat(it.code()).isEqualTo(Code.LOGIN_REFUSED))
                .hasMessageNotContaining("wrong@");
        assertThat(refused(url("evenkeel:" + password, "nowhere")))
                .satisfies(it -> assertThat(it.code()).isEqualTo(Code.UNSUITABLE))
                .hasMessageContaining("createdb");
        assertThat(refused(url("evenkeel:" + password, "latin")))
                .satisfies(it -> assertThat(it.code()).isEqualTo(Code.UNSUITABLE))
                .hasMessageContaining("LATIN1")
                .hasMessageContaining("UTF8");
        assertThat(refused("postgresql://evenkeel:x@127.0.0.1:1/evenkeel"))
                .satisfies(it -> assertThat(it.code()).isEqualTo(Code.UNREACHABLE))
                .hasMessageContaining("127.0.0.1:1");
        assertThat(refused(url("evenkeel:%zz", "evenkeel")).code()).isEqualTo(Code.BAD_URL);
    }

    private static String url(String login, String database) {
        return "postgresql://" + login + "@127.0.0.1:" + server.port() + "/" + database;
    }

    private static PostgresTrouble refused(String url) {
        return Objects.requireNonNull(catchThrowableOfType(
                PostgresTrouble.class,
                () -> OperatorDatabase.open(url, Map.of()).close()));
    }
}
