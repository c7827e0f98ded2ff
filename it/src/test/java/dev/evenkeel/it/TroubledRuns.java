package dev.evenkeel.it;

import dev.evenkeel.lab.guest.VmPlan;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What may go wrong with whole runs, for real, on one lab: after each test every VM runs on one host, was not restarted unless the
 * test killed it, and nothing of it is left elsewhere. At the end every host takes another update.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class TroubledRuns {
    /** VMs go to hosts in turn: the first and the fourth are neighbours. */
    private static final List<VmPlan> VMS = List.of(
            VmPlan.small(1, "one", "acme").withMemory(160).withLoad(4, 16),
            VmPlan.small(2, "disk", "acme").withDisk(),
            VmPlan.small(3, "three", "globex"),
            VmPlan.small(4, "phoenix", "globex")
                    .withOwner(VmPlan.Owner.of("globex").withOnHostFailure("restart")));

    private final String name;
    private final Set<String> killed = new HashSet<>();
    private RunLab lab;
    private Instant began = Instant.EPOCH;

    /** @param name of the lab, another for each class: they run side by side */
    TroubledRuns(String name) {
        this.name = name;
    }

    @BeforeAll
    void up() throws IOException {
        lab = RunLab.up(name, spec -> spec.withHosts(3).withVms(VMS));
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
    void nobodyElseWasHarmed(TestInfo test) throws Exception {
        System.out.println("Is nobody harmed by " + test.getDisplayName() + "?");
        lab.letAllGo();
        lab.assertSound(began, killed);
        lab.uncordonAll();
    }

    public RunLab lab() {
        return lab;
    }

    /** A test that kills a VM says so, because none may have been restarted otherwise. */
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
