package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/**
 * What may go wrong while a host is emptied, for real: parts of Evenkeel and of the host are killed in the middle, people
 * interfere. After each test every VM must run, once, never restarted, its memory its own, and the next run must work.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MaintenanceTest {
    private static final String NAME = "mainttest";
    private static final Path STATE = TestState.directory();
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static Lab lab;
    private static Evenkeel evenkeel;
    private Instant began;

    @BeforeAll
    static void up() throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(STATE, NAME);
        lab = Lab.up(
                LabSpec.in(STATE)
                        .withName(NAME)
                        .withHosts(3)
                        .withVms(List.of(
                                VmPlan.small(1, "one", "acme").withMemory(160).withLoad(4, 16),
                                VmPlan.small(2, "fixed", "globex")
                                        .withOwner(VmPlan.Owner.of("globex").withMigration("never")),
                                VmPlan.small(3, "disk", "acme").withDisk()))
                        .withControlPlane(true),
                Progress.on(System.out));
        evenkeel = new Evenkeel(lab);
    }

    @AfterAll
    static void down() throws IOException {
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
        Instant now = Instant.now();
        for (LabVm vm : lab.vms()) {
            assertThat(vm.awaitBeat(now.plusSeconds(1), Duration.ofSeconds(30)))
                    .as(vm + " beats")
                    .isTrue();
            Pulse pulse = vm.pulse(began.minusSeconds(5));
            assertThat(vm.hosts()).as("hosts of " + vm).hasSize(1);
            assertThat(pulse.restarts(began, now)).as("restarts of " + vm).isZero();
            assertThat(pulse.doubled(began, now)).as("doubles of " + vm).isZero();
            assertThat(pulse.badPages(began, now)).as("bad pages of " + vm).isZero();
        }
        for (LabHost host : lab.hosts()) {
            evenkeel.run("host", "uncordon", host.name());
        }
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
        await("the move is ordered", () -> !show(run).get("effects").isEmpty());
        lab.killServer();
        lab.startServer();
        assertThat(ended(run).get("outcome").asString()).isEqualTo("DONE");
        assertThat(hostOf("one")).isNotEqualTo(host);
    }

    @Test
    @Order(4)
    void the_agent_is_killed_in_the_middle_of_a_move() throws Exception {
        LabHost source = lab.host(hostOf("one"));
        String run = ordered("vm", "migrate", "one");
        await("the agent has the order", () -> acknowledged(run));
        source.killAgent();
        assertThat(ended(run).get("outcome").asString()).isEqualTo("DONE");
    }

    @Test
    @Order(5)
    void the_daemon_of_the_destination_is_killed_in_the_middle_of_a_move() throws Exception {
        String host = hostOf("one");
        String run = ordered("vm", "migrate", "one");
        await("the agent has the order", () -> acknowledged(run));
        String to = show(run).get("moves").get(0).get("to").asString();
        lab.host(to).killLibvirtd();
        assertThat(ended(run).get("outcome").asString()).isEqualTo("DONE");
        assertThat(hostOf("one")).isNotEqualTo(host);
    }

    @Test
    @Order(6)
    void the_database_is_killed_and_the_server_picks_it_up() throws Exception {
        String run = ordered("vm", "migrate", "one");
        Path pidFile = lab.directory().resolve("server/pg/data/postmaster.pid");
        String pid = java.nio.file.Files.readAllLines(pidFile).getFirst().strip();
        Command.of("kill", "-9", pid).check();
        assertThat(ended(run).get("outcome").asString()).isEqualTo("DONE");
    }

    @Test
    @Order(7)
    void somebody_moves_the_vm_by_hand_first() throws Exception {
        LabHost source = lab.host(hostOf("one"));
        LabHost other = lab.hosts().stream()
                .filter(h -> !h.name().equals(source.name()))
                .findFirst()
                .orElseThrow();
        source.virsh("migrate", "--live", "--p2p", "--persistent", "--undefinesource", "one", other.plainUri());
        JsonNode run = ended(ordered("host", "evacuate", source.name()));
        assertThat(run.get("outcome").asString()).isIn("DONE", "REFUSED");
        assertThat(hostOf("one")).isEqualTo(other.name());
    }

    @Test
    @Order(8)
    void a_cancelled_evacuation_leaves_the_host_usable() throws Exception {
        String host = hostOf("one");
        String run = ordered("host", "evacuate", host);
        evenkeel.run("run", "cancel", run, "--reason", "a test");
        String outcome = ended(run).get("outcome").asString();
        assertThat(outcome).isIn("CANCELLED", "DONE", "REFUSED");
        evenkeel.run("host", "uncordon", host);
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
        assertThat(evenkeel.run("vm", "migrate", "nosuch").exit()).isEqualTo(3);
        assertThat(evenkeel.run("rollout", "start", "nosuch").exit()).isEqualTo(3);
    }

    private static String hostOf(String vm) throws IOException {
        return lab.vm(vm).host().map(LabHost::name).orElse("none");
    }

    /** Orders something and returns the id of the run that does it. */
    private static String ordered(String... words) throws Exception {
        return evenkeel.json(words).get("id").asString();
    }

    private static JsonNode show(String run) throws Exception {
        return evenkeel.json("run", "show", run);
    }

    private static boolean acknowledged(String run) throws Exception {
        JsonNode shown = show(run);
        return shown.get("ended").asBoolean()
                || shown.get("effects")
                        .valueStream()
                        .anyMatch(e -> e.get("status").asString().equals("ACKNOWLEDGED"));
    }

    /** Waits for the end of a run; the server may be away in between. */
    private static JsonNode ended(String run) throws Exception {
        await(run + " ended", () -> show(run).get("ended").asBoolean());
        return show(run);
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Waits.await(PATIENCE, what, condition);
    }
}
