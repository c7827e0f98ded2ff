package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.LabHost;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Cancel in each state of a run, and several rollouts for one host. */
interface CancelTests {
    RunLab lab();

    @Test
    @Order(30)
    default void of_three_rollouts_for_one_host_one_is_cancelled_while_it_waits() throws Exception {
        RunLab lab = lab();
        LabHost host = lab.lab.hosts().getFirst();
        int[] updates = {lab.newUpdate(), lab.newUpdate(), lab.newUpdate()};
        int place = lab.events.now();
        SmallUpdate.hold(host);
        String first = lab.rollout(updates[0], host);
        RunLab.await("dpkg runs", () -> SmallUpdate.runs(host));
        String second = lab.startRollout(updates[1], host);
        String third = lab.startRollout(updates[2], host);
        lab.evenkeel.run("rollout", "cancel", second, "--reason", "a test");
        SmallUpdate.letGo(host);
        lab.endedAs("DONE", place, first);
        RunLab.await("the third has its turn", () -> SmallUpdate.isOn(host, updates[2]));
        lab.awaitRollout(third, "DONE");
        lab.awaitRollout(second, "CANCELLED");
    }

    @Test
    @Order(31)
    default void cancelled_while_a_vm_moves() throws Exception {
        RunLab lab = lab();
        LabHost host = lab.hostWith(1);
        int update = lab.newUpdate();
        int place = lab.events.now();
        host.shape(4);
        try {
            String run = lab.rollout(update, host);
            String vm = lab.firstMoving(place, run, host);
            cancel(run);
            lab.endedAs("CANCELLED", place, run);
            assertThat(host.running()).contains(vm);
        } finally {
            host.unshape();
        }
        assertThat(SmallUpdate.isOn(host, update)).isFalse();
    }

    @Test
    @Order(32)
    default void cancelled_while_dpkg_runs() throws Exception {
        RunLab lab = lab();
        LabHost host = lab.emptyHost();
        int update = lab.newUpdate();
        int place = lab.events.now();
        SmallUpdate.hold(host);
        String run = lab.rollout(update, host);
        RunLab.await("dpkg runs", () -> SmallUpdate.runs(host));
        cancel(run);
        SmallUpdate.letGo(host);
        lab.endedAs("CANCELLED", place, run);
        assertThat(SmallUpdate.isOn(host, update)).isFalse();
    }

    @Test
    @Order(33)
    default void cancelled_while_it_verifies() throws Exception {
        RunLab lab = lab();
        LabHost host = lab.emptyHost();
        int update = lab.newUpdate();
        int place = lab.events.now();
        ProbeGate.close(host);
        String run = lab.rollout(update, host);
        // What the host runs is asked before and after dpkg, too; the run is Verifying before it is asked for that.
        RunLab.await("the run verifies, and its probe waits", () -> {
            boolean waits = ProbeGate.waits(host);
            boolean verifies = waits && lab.show(run).get("state").asString().equals("Verifying");
            if (waits && !verifies) {
                ProbeGate.letNext(host);
            }
            return verifies;
        });
        cancel(run);
        ProbeGate.open(host);
        lab.endedAs("CANCELLED", place, run);
        assertThat(SmallUpdate.isOn(host, update)).isFalse();
    }

    private void cancel(String run) throws Exception {
        assertThat(lab().evenkeel
                        .run("run", "cancel", run, "--reason", "a test")
                        .exit())
                .isZero();
    }
}
