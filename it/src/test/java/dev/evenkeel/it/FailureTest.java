package dev.evenkeel.it;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What may go wrong with whole runs, for real, on one lab: after each test every VM runs on one host, was not restarted unless the
 * test killed it, and nothing of it is left elsewhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailureTest implements KillTests, HandTests, CancelTests, LostHostTests {
    private RunLab lab;
    private final Set<String> killed = new HashSet<>();
    private Instant began = Instant.EPOCH;

    @BeforeAll
    void up() throws IOException {
        lab = RunLab.up();
    }

    @AfterAll
    void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    @BeforeEach
    void begin() {
        began = Instant.now();
        killed.clear();
    }

    @AfterEach
    void nobodyElseWasHarmed() throws Exception {
        lab.letAllGo();
        lab.assertSound(began, killed);
        lab.uncordonAll();
    }

    @Override
    public RunLab lab() {
        return lab;
    }

    @Override
    public void killed(String vm) {
        killed.add(vm);
    }

    @Test
    @Order(90)
    void after_all_that_every_host_takes_its_next_update() throws Exception {
        int update = lab.newUpdate();
        String rollout = lab.evenkeel
                .json("rollout", "start", SmallUpdate.id(update), "--max-parallel-hosts", "1")
                .get("id")
                .asString();
        lab.awaitRollout(rollout, "DONE");
    }
}
