package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.debian.UpdatePackages;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
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
 * A real update from QEMU 7.2 and libvirt 9.0 to those of backports goes under running VMs, and back. Then small ones, to which all
 * sorts of things happen.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InPlaceTest implements ThereAndBackTests, ServicePolicyTests, InPlaceFaultTests {
    private InPlaceLab lab;
    private Update update;
    private Instant began = Instant.EPOCH;

    @BeforeAll
    void up() throws Exception {
        lab = InPlaceLab.up();
        Path directory = lab.lab.vmmUpdate(Progress.on(System.out));
        update = UpdatePackages.read(directory);
        lab.take(directory);
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
        lab.assertNobodyWasHarmed(began);
    }

    @Override
    public InPlaceLab lab() {
        return lab;
    }

    @Test
    @Order(1)
    void the_plan_keeps_every_vm_where_it_is() throws Exception {
        JsonNode plan = lab.evenkeel.json("plan", update.id().value());

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
        LabHost host = lab.lab.host("h1");
        List<String> vms = host.running();
        String disks = host.virsh("domblklist", "disk");
        assertThat(lab.ended(lab.rolledOut(update.id().value(), host), "DONE")
                        .get("vmsLost")
                        .asInt())
                .isZero();

        assertThat(host.running()).containsExactlyInAnyOrderElementsOf(vms);
        assertThat(host.virsh("domblklist", "disk")).isEqualTo(disks);
        assertRunning(host, "10.0");
        for (String vm : vms) {
            JsonNode row = lab.evenkeel.list("ledger", "--vm", vm).getFirst();
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
        LabHost host = lab.lab.host("h2");
        int place = lab.events.now();
        String run = lab.rolledOut(update.id().value(), host);
        lab.events.await(place, run, "VmHandedOver", InPlaceLab.PATIENCE);
        lab.cancel(run);

        lab.ended(run, "CANCELLED");
        assertRunning(host, "7.2");
        host.virsh("domblklist", host.running().getFirst());
    }

    @Test
    @Order(4)
    void an_agent_that_is_killed_in_a_hand_over_takes_it_up_again() throws Exception {
        LabHost host = lab.lab.host("h2");
        int place = lab.events.now();
        String run = lab.rolledOut(update.id().value(), host);
        lab.await(host, "cat /run/evenkeel/handover/*/to");
        host.killAgent();

        lab.ended(run, "DONE");
        assertRunning(host, "10.0");
        assertThat(lab.events.of(place, run).stream().filter(e -> e.startsWith("VmHandedOver")))
                .hasSameSizeAs(host.running());
    }

    private void assertRunning(LabHost host, String qemu) throws Exception {
        InPlaceLab.await(
                host + " and its VMs run QEMU " + qemu,
                () -> Update.matches(
                                lab.evenkeel
                                        .json("host", "show", host.name())
                                        .path("versions")
                                        .path("qemu")
                                        .asString(""),
                                qemu)
                        && lab.evenkeel.list("vm", "ls", "--host", host.name()).stream()
                                .allMatch(vm -> Update.matches(vm.get("vmm").asString(), qemu)
                                        && !vm.get("onOldVmm").asBoolean()
                                        && !vm.get("aside").asBoolean()));
        for (String vm : host.running()) {
            assertThat(host.virsh("qemu-monitor-command", vm, "{\"execute\":\"query-version\"}"))
                    .contains("\"major\":" + qemu.substring(0, qemu.indexOf('.')));
        }
    }
}
