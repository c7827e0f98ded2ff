package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
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
import tools.jackson.databind.JsonNode;

/**
 * What may go wrong while a host is emptied, for real: parts of Evenkeel and of the host are killed in the middle, people
 * interfere. After each test every VM must run, once, never restarted, its memory its own, and the next run must work.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MaintenanceTest {
    private RunLab lab;
    private Instant began = Instant.EPOCH;

    @BeforeAll
    void up() throws IOException {
        lab = RunLab.up(
                "maint",
                spec -> spec.withHosts(3)
                        .withVms(List.of(
                                VmPlan.small(1, "one", "acme").withMemory(160).withLoad(4, 16),
                                VmPlan.small(2, "fixed", "globex")
                                        .withOwner(VmPlan.Owner.of("globex").withMigration("never")),
                                VmPlan.small(3, "disk", "acme").withDisk())));
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
    }

    @AfterEach
    void nobodyWasHarmed() throws Exception {
        lab.assertSound(began, Set.of());
        lab.uncordonAll();
    }

    @Test
    @Order(1)
    void a_host_is_emptied_and_a_disk_moves_along() throws Exception {
        String host = hostOf("disk");
        JsonNode run = ended(ordered("host", "evacuate", host));
        assertThat(run.get("outcome").asString()).isEqualTo("DONE");
        assertThat(hostOf("disk")).isNotEqualTo(host);
    }

    @Test
    @Order(2)
    void a_vm_that_must_not_move_is_seen_first_and_nothing_else_is_touched() throws Exception {
        String host = hostOf("fixed");
        JsonNode run = ended(ordered("host", "evacuate", host));
        assertThat(run.get("outcome").asString()).isEqualTo("REFUSED");
        assertThat(run.get("why").toString()).contains("MIGRATION_NEVER").contains("fixed");
        assertThat(hostOf("fixed")).isEqualTo(host);
    }

    @Test
    @Order(3)
    void the_server_is_killed_in_the_middle_of_a_move() throws Exception {
        String host = hostOf("one");
        String run = ordered("vm", "migrate", "one");
        lab.events.await(0, run, "MoveStarted", RunLab.PATIENCE);
        lab.lab.killServer();
        lab.lab.startServer();
        assertThat(ended(run).get("outcome").asString()).isEqualTo("DONE");
        assertThat(hostOf("one")).isNotEqualTo(host);
    }

    @Test
    @Order(4)
    void the_agent_is_killed_in_the_middle_of_a_move() throws Exception {
        LabHost source = lab.hostOf("one");
        String run = ordered("vm", "migrate", "one");
        RunLab.await("the agent has the order", () -> acknowledged(run));
        source.killAgent();
        assertThat(ended(run).get("outcome").asString()).isEqualTo("DONE");
    }

    @Test
    @Order(5)
    void the_daemon_of_the_destination_is_killed_in_the_middle_of_a_move() throws Exception {
        String host = hostOf("one");
        String run = ordered("vm", "migrate", "one");
        RunLab.await("the agent has the order", () -> acknowledged(run));
        String to = lab.show(run).get("moves").get(0).get("to").asString();
        lab.host(to).killLibvirtd();
        assertThat(ended(run).get("outcome").asString()).isEqualTo("DONE");
        assertThat(hostOf("one")).isNotEqualTo(host);
    }

    @Test
    @Order(6)
    void the_database_is_killed_and_the_server_picks_it_up() throws Exception {
        String run = ordered("vm", "migrate", "one");
        Path pidFile = lab.lab.directory().resolve("server/pg/data/postmaster.pid");
        String pid = Files.readAllLines(pidFile).getFirst().strip();
        Command.of("kill", "-9", pid).check();
        assertThat(ended(run).get("outcome").asString()).isEqualTo("DONE");
    }

    @Test
    @Order(7)
    void somebody_moves_the_vm_by_hand_first() throws Exception {
        LabHost source = lab.hostOf("one");
        LabHost other = lab.others(source).getFirst();
        lab.migrateByHand("one", source, other);
        JsonNode run = ended(ordered("host", "evacuate", source.name()));
        assertThat(run.get("outcome").asString()).isIn("DONE", "REFUSED");
        assertThat(hostOf("one")).isEqualTo(other.name());
    }

    @Test
    @Order(8)
    void a_cancelled_evacuation_leaves_the_host_usable() throws Exception {
        String host = hostOf("one");
        String run = ordered("host", "evacuate", host);
        lab.evenkeel.run("run", "cancel", run, "--reason", "a test");
        String outcome = ended(run).get("outcome").asString();
        assertThat(outcome).isIn("CANCELLED", "DONE", "REFUSED");
        lab.evenkeel.run("host", "uncordon", host);
        assertThat(ended(ordered("vm", "migrate", "one")).get("outcome").asString())
                .isEqualTo("DONE");
    }

    @Test
    @Order(9)
    void two_runs_for_one_host_go_one_after_the_other() throws Exception {
        String host = hostOf("disk");
        String first = ordered("host", "evacuate", host);
        String second = ordered("host", "evacuate", host);
        assertThat(ended(first).get("outcome").asString())
                .isEqualTo(ended(second).get("outcome").asString());
    }

    @Test
    @Order(10)
    void bad_input_is_refused_with_field_value_and_remedy() throws Exception {
        assertThat(lab.evenkeel.run("vm", "migrate", "nosuch").exit()).isEqualTo(3);
        assertThat(lab.evenkeel.run("rollout", "start", "nosuch").exit()).isEqualTo(3);
    }

    private String hostOf(String vm) throws IOException {
        return lab.hostOf(vm).name();
    }

    /** Orders something and returns the id of the run that does it. */
    private String ordered(String... words) throws Exception {
        return lab.ordered(words);
    }

    private boolean acknowledged(String run) throws Exception {
        JsonNode shown = lab.show(run);
        return shown.get("ended").asBoolean()
                || shown.get("effects")
                        .valueStream()
                        .anyMatch(e -> e.get("status").asString().equals("ACKNOWLEDGED"));
    }

    private JsonNode ended(String run) throws Exception {
        return lab.ended(0, run);
    }
}
