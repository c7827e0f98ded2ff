package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.LabHost;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** kill -9 at every step of runs that take a host in place, and a disk that fills up in the middle of one. */
interface InPlaceFaultTests {
    InPlaceLab lab();

    /**
     * On the way there: before the packages are changed, meanwhile, while a VM is on its way. Then on the way back: when VMs are to be
     * set aside, when one is, while the packages are brought back, and when VMs come home.
     */
    @ParameterizedTest
    @ValueSource(strings = {"server", "agent"})
    @Order(20)
    default void killed_at_every_step_of_the_way_there_and_back(String victim) throws Exception {
        InPlaceLab lab = lab();
        LabHost host = lab.lab.host("h2");
        int update = lab.newUpdate("");
        int place = lab.events.now();
        SmallUpdate.hold(host);
        String run = lab.rolledOut(SmallUpdate.id(update), host);
        kill(victim, host);
        InPlaceLab.await("dpkg runs", () -> SmallUpdate.runs(host));
        kill(victim, host);
        SmallUpdate.letGo(host);
        lab.await(host, "cat /run/evenkeel/handover/*/to");
        kill(victim, host);
        lab.events.await(place, run, "VmHandedOver", InPlaceLab.PATIENCE);

        SmallUpdate.hold(host);
        lab.cancel(run);
        kill(victim, host);
        lab.await(host, "ls /run/evenkeel/second/run/qemu/*.pid");
        kill(victim, host);
        InPlaceLab.await("dpkg runs", () -> SmallUpdate.runs(host));
        kill(victim, host);
        SmallUpdate.letGo(host);
        lab.await(host, "grep -qs home /run/evenkeel/handover/*/to");
        kill(victim, host);

        lab.ended(run, "CANCELLED");
        assertThat(SmallUpdate.isOn(host, update)).isFalse();
        lab.assertCurrent(host);
    }

    /** The disk with the agent's journal and notes: what can't be written down is not begun until there is room. */
    @Test
    @Order(22)
    default void a_disk_that_fills_up_between_two_vms_costs_nothing() throws Exception {
        InPlaceLab lab = lab();
        LabHost host = lab.lab.host("h2");
        host.hold("agent");
        host.killAgent();
        sh(host, """
                cp -a /var/lib/evenkeel /run/lab/state
                mount -t tmpfs -o mode=700 state /var/lib/evenkeel
                cp -a /run/lab/state/. /var/lib/evenkeel
                rm -r /run/lab/state""");
        host.release("agent");
        int update = lab.newUpdate("");
        String run = lab.rolledOut(SmallUpdate.id(update), host);
        lab.await(host, "cat /run/evenkeel/handover/*/to");
        sh(
                host,
                "mount -o remount,size=$(df -B1 --output=used /var/lib/evenkeel | tail -n 1 | tr -d ' ') /var/lib/evenkeel");
        InPlaceLab.await("the run is over, or says why it does not go on", () -> {
            JsonNode shown = lab.evenkeel.json("run", "show", run);
            return shown.get("ended").asBoolean() || shown.toString().contains("journal cannot be written");
        });
        sh(host, "mount -o remount,size=50% /var/lib/evenkeel");

        lab.ended(run, "DONE");
        lab.assertCurrent(host);
    }

    private static void sh(LabHost host, String script) throws IOException {
        host.command(List.of("sh", "-ec", script)).check();
    }

    private void kill(String victim, LabHost host) throws Exception {
        if (victim.equals("server")) {
            lab().lab.killServer();
            lab().lab.startServer();
            return;
        }
        // one that is just being started again from the blow before is let come up first
        InPlaceLab.await(
                "the agent of " + host + " is killed",
                () -> host.exec("sh", "-c", "kill -9 $(cat /run/lab/agent.pid)").ok());
    }
}
