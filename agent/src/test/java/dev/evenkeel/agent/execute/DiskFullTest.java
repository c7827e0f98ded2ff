package dev.evenkeel.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.agent.journal.Journal;
import dev.evenkeel.agent.journal.Journal.Unconfirmed;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's disk is really full. */
class DiskFullTest {
    private static final RunId RUN = new RunId("run-1");
    private static final HostId HOST = new HostId("h1");

    @TempDir
    Path directory = Path.of("");

    private final FakeDriver driver = new FakeDriver();
    private final Semaphore ended = new Semaphore(0);
    private final List<String> told = new ArrayList<>();
    private Journal journal;
    private EffectExecutor executor;

    @BeforeEach
    void start() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "skipped: it takes root to mount a small disk");
        run("mount", "-t", "tmpfs", "-o", "size=64k", "evenkeel-test", directory.toString());
        assumeTrue(Files.getFileStore(directory).type().equals("tmpfs"), "skipped: this root may not mount");
        open();
    }

    private void open() throws IOException {
        journal = Journal.open(directory.resolve("journal"), InstantSource.system());
        executor = new EffectExecutor(journal, driver, new EffectListener() {
            @Override
            public void ended() {
                ended.release();
            }

            @Override
            public void notBegun(EffectId effect, String why) {
                told.add(effect + ": " + why);
            }
        });
        executor.reconcile();
    }

    @AfterEach
    void stop() throws Exception {
        if (executor != null) {
            executor.close();
            journal.close();
        }
        run("umount", "--lazy", directory.toString());
    }

    private static void run(String... words) throws Exception {
        new ProcessBuilder(words).redirectErrorStream(true).start().waitFor();
    }

    private void fill() throws IOException {
        Path ballast = directory.resolve("ballast");
        try (var out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static EffectOrder start(int number) {
        return new EffectOrder(new EffectId(RUN + "/" + number), RUN, HOST, 1, new Effect.StartVm(new VmId("vm")));
    }

    /** Orders until one is not taken, for the journal's last page may have some room left. */
    private EffectOrder firstRefused() throws Exception {
        for (int i = 1; i < 1000; i++) {
            EffectOrder order = start(i);
            driver.end(order.id(), new Outcome.Acted());
            if (!executor.take(order)) {
                return order;
            }
            assertThat(ended.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        }
        throw new AssertionError("the disk did not fill up");
    }

    @Test
    void nothingIsBegunThatIsNotInTheJournalAndTheServerHearsWhy() throws Exception {
        fill();
        EffectOrder refused = firstRefused();
        assertThat(driver.performed).doesNotContain(refused.id());
        assertThat(told).singleElement().asString().contains(refused.id().value(), "No space left", "make room");

        Files.delete(directory.resolve("ballast"));
        assertThat(executor.take(refused)).as("the server repeats it").isTrue();
        assertThat(ended.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        assertThat(driver.performed).containsOnlyOnce(refused.id());
    }

    @Test
    void anOutcomeThatTheDiskDoesNotTakeIsReportedAndWrittenOnceThereIsRoom() throws Exception {
        EffectOrder first = start(0);
        executor.take(first);
        fill();
        firstRefused();
        driver.end(first.id(), new Outcome.Acted());
        assertThat(ended.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        assertThat(executor.unreported()).contains(new Unconfirmed(RUN, first.id(), new Outcome.Acted()));

        Files.delete(directory.resolve("ballast"));
        assertThat(executor.unreported()).contains(new Unconfirmed(RUN, first.id(), new Outcome.Acted()));
        executor.close();
        journal.close();
        open();
        assertThat(journal.outcome(first.id())).contains(new Outcome.Acted());
    }
}
