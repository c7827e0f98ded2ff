package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.debian.VmmVersion;
import dev.evenkeel.lab.guest.VmPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/** A real update from QEMU 7.2 and libvirt 9.0 to those of backports goes under running VMs, and back. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InPlaceTest {
    private static final String NAME = "inplace";
    private static final Path STATE = TestState.directory();
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static Lab lab;
    private static Evenkeel evenkeel;
    private static Happenings events;
    private static Update update;
    private Instant began;

    @BeforeAll
    static void up() throws Exception {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(STATE, NAME);
        lab = Lab.up(
                LabSpec.in(STATE)
                        .withName(NAME)
                        .withHosts(2)
                        .withVmm(VmmVersion.QEMU_7_2)
                        .withVms(List.of(
                                VmPlan.small(1, "busy", "acme")
                                        .withMemory(256)
                                        .withSharedMemory()
                                        .withLoad(20, 64),
                                VmPlan.small(2, "other", "globex").withSharedMemory(),
                                VmPlan.small(3, "disk", "acme").withDisk().withSharedMemory(),
                                VmPlan.small(4, "third", "globex").withSharedMemory(),
                                VmPlan.small(5, "quiet", "globex").withSharedMemory()))
                        .withControlPlane(true),
                Progress.on(System.out));
        evenkeel = new Evenkeel(lab);
        events = new Happenings(evenkeel);
        Path directory = lab.vmmUpdate(Progress.on(System.out));
        update = UpdatePackages.read(directory);
        assertThat(evenkeel.run("update", "apply", "-f", directory.toString()).exit())
                .isZero();
    }

    @AfterAll
    static void down() throws IOException {
        if (lab != null) {
            events.close();
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
            assertThat(host.exec("find", "/run/evenkeel/handover", "-type", "f").out())
                    .as("hand-overs under way on " + host)
                    .isEmpty();
            assertThat(host.exec("find", "/dev/shm", "-type", "f", "-name", "*.ram")
                            .out()
                            .lines())
                    .as("files of memory on " + host)
                    .hasSameSizeAs(host.running());
        }
    }

    @Test
    @Order(1)
    void the_plan_keeps_every_vm_where_it_is() throws Exception {
        JsonNode plan = evenkeel.json("plan", update.id().value());

        for (JsonNode host : plan.get("hosts")) {
            assertThat(host.get("method").asString()).as(host.toString()).isEqualTo("PRESERVE_VMM");
            assertThat(host.get("vms").valueStream())
                    .allSatisfy(vm -> assertThat(vm.get("impact").asString()).isEqualTo("PAUSE"))
                    .allSatisfy(vm -> assertThat(vm.get("target").asString())
                            .isEqualTo(host.get("host").asString()));
        }
    }

    @Test
    @Order(2)
    void vms_run_on_the_new_vmm_where_they_were_and_virsh_knows_them_as_before() throws Exception {
        LabHost host = lab.host("h1");
        List<String> vms = host.running();
        String disks = host.virsh("domblklist", "disk");
        assertThat(ended(rolledOut(host), "DONE").get("vmsLost").asInt()).isZero();

        assertThat(host.running()).containsExactlyInAnyOrderElementsOf(vms);
        assertThat(host.virsh("domblklist", "disk")).isEqualTo(disks);
        assertRunning(host, "10.0");
        for (String vm : vms) {
            JsonNode row = evenkeel.list("ledger", "--vm", vm).getFirst();
            assertThat(row.get("method").asString()).isEqualTo("PRESERVE_VMM");
            assertThat(row.get("stopMs").asLong()).isPositive();
            assertThat(row.get("skewBeforeMs").isNull())
                    .as("the clock of " + vm + " was looked at")
                    .isFalse();
        }
    }

    @Test
    @Order(3)
    void who_cancels_in_the_middle_gets_the_old_vmm_back_under_running_vms() throws Exception {
        LabHost host = lab.host("h2");
        int place = events.now();
        String run = rolledOut(host);
        events.await(place, run, "VmHandedOver", PATIENCE);
        evenkeel.run("run", "cancel", run, "--reason", "a test");

        ended(run, "CANCELLED");
        assertRunning(host, "7.2");
        host.virsh("domblklist", host.running().getFirst());
    }

    @Test
    @Order(4)
    void an_agent_that_is_killed_in_a_hand_over_takes_it_up_again() throws Exception {
        LabHost host = lab.host("h2");
        int place = events.now();
        String run = rolledOut(host);
        Waits.await(
                PATIENCE,
                "a VM is on its way",
                () -> host.exec("sh", "-c", "cat /run/evenkeel/handover/*/to").ok());
        host.killAgent();

        ended(run, "DONE");
        assertRunning(host, "10.0");
        assertThat(events.of(place, run).stream().filter(e -> e.startsWith("VmHandedOver")))
                .hasSameSizeAs(host.running());
    }

    private static void assertRunning(LabHost host, String qemu) throws Exception {
        Waits.await(
                PATIENCE,
                host + " and its VMs run QEMU " + qemu,
                () -> Update.matches(
                                evenkeel.json("host", "show", host.name())
                                        .path("versions")
                                        .path("qemu")
                                        .asString(""),
                                qemu)
                        && evenkeel.list("vm", "ls", "--host", host.name()).stream()
                                .allMatch(vm -> Update.matches(vm.get("vmm").asString(), qemu)
                                        && !vm.get("onOldVmm").asBoolean()
                                        && !vm.get("aside").asBoolean()));
        for (String vm : host.running()) {
            assertThat(host.virsh("qemu-monitor-command", vm, "{\"execute\":\"query-version\"}"))
                    .contains("\"major\":" + qemu.substring(0, qemu.indexOf('.')));
        }
    }

    /** Begins a rollout of the update to one host and returns the id of its run. */
    private static String rolledOut(LabHost host) throws Exception {
        int place = events.now();
        // one after the other, so that there is a middle
        String rollout = evenkeel.json(
                        "rollout", "start", update.id().value(), "--host", host.name(), "--parallel-moves", "1")
                .get("id")
                .asString();
        return events.await(
                        place,
                        event -> event.path("rollout").asString("").equals(rollout)
                                && !event.path("run").asString("").isEmpty(),
                        "the first event of a run of " + rollout,
                        PATIENCE)
                .get("run")
                .asString();
    }

    private static JsonNode ended(String run, String outcome) throws Exception {
        JsonNode[] shown = new JsonNode[1];
        Waits.await(PATIENCE, "the end of " + run, () -> {
            shown[0] = evenkeel.json("run", "show", run);
            return shown[0].get("ended").asBoolean()
                    || shown[0].get("needsPerson").asBoolean();
        });
        assertThat(shown[0].path("outcome").asString(""))
                .as(shown[0].toPrettyString())
                .isEqualTo(outcome);
        return shown[0];
    }
}
