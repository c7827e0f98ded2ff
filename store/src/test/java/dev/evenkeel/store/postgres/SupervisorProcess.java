package dev.evenkeel.store.postgres;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A process that only supervises, to be killed by a test. Prints the pid of its PostgreSQL. */
final class SupervisorProcess {
    private SupervisorProcess() {}

    public static void main(String[] arguments) throws Exception {
        var postgres = EmbeddedPostgres.start(PostgresPlace.under(Path.of(arguments[0])));
        Fixture.execute(postgres, "CREATE TABLE note (text text)", "INSERT INTO note VALUES ('kept')");
        System.out.println(postgres.pid().orElseThrow());
        new CountDownLatch(1).await();
    }
}
