package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.LabHost;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** People with virsh, and QEMUs that die, in the middle of a run. */
interface HandTests {
    RunLab lab();

    /** A test that kills a VM says so, because none may have been restarted otherwise. */
    void killed(String vm);

    @Test
    @Order(20)
    default void a_vm_is_destroyed_and_started_by_hand_while_another_moves() throws Exception {
        RunLab lab = lab();
        LabHost host = lab.hostWith(2);
        int update = lab.newUpdate();
        int place = lab.events.now();
        String run = lab.rollout(update, host);
        String other = lab.neighbourOf(lab.firstMoving(place, run, host), host);
        killed(other);
        host.virsh("destroy", other);
        lab.events.await(place, run, "VmMoved", RunLab.PATIENCE);
        host.virsh("start", other);
        lab.endedAs("DONE", place, run);
        assertThat(lab.hostOf(other).name()).isNotEqualTo(host.name());
    }

    @Test
    @Order(21)
    default void a_move_is_aborted_and_another_vm_migrated_by_hand() throws Exception {
        RunLab lab = lab();
        LabHost host = lab.hostWith(2);
        int update = lab.newUpdate();
        int place = lab.events.now();
        String run = lab.rollout(update, host);
        String first = lab.firstMoving(place, run, host);
        host.virsh("domjobabort", first);
        lab.migrateByHand(lab.neighbourOf(first, host), host, lab.others(host).getFirst());
        lab.endedAs("DONE", place, run);
    }

    @Test
    @Order(22)
    default void a_vm_that_is_destroyed_by_hand_while_it_moves_stays_off() throws Exception {
        RunLab lab = lab();
        LabHost host = lab.hostOf("phoenix");
        int place = lab.events.now();
        String run = lab.ordered("vm", "migrate", "phoenix");
        lab.awaitMoving(host, "phoenix");
        killed("phoenix");
        host.virsh("destroy", "phoenix");
        lab.endedAs("REFUSED", place, run);
        assertThat(host.virsh("domstate", "phoenix"))
                .as("its owner's wish to have it restarted is for failures")
                .contains("shut off");
        host.virsh("start", "phoenix");
    }

    @Test
    @Order(23)
    default void a_vm_whose_vmm_dies_while_it_moves_is_reported_and_restarted_where_its_owner_says_so()
            throws Exception {
        RunLab lab = lab();
        LabHost host = lab.hostOf("phoenix");
        int place = lab.events.now();
        String run = lab.ordered("host", "evacuate", host.name());
        lab.awaitMoving(host, "phoenix");
        killed("phoenix");
        host.killQemu("phoenix");
        assertThat(lab.events
                        .await(place, run, "VmDied", RunLab.PATIENCE)
                        .get("level")
                        .asString())
                .isEqualTo("ALARM");
        lab.events.await(place, run, "VmRestarted", RunLab.PATIENCE);
        lab.endedAs("DONE", place, run);
        assertThat(lab.hostOf("phoenix").name()).isNotEqualTo(host.name());
    }
}
