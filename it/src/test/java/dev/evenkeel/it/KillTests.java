package dev.evenkeel.it;

import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 at every step of a run: before its first move, in a move, between moves, while dpkg runs, while it verifies. */
interface KillTests {
    RunLab lab();

    @ParameterizedTest
    @ValueSource(strings = {"server", "agent", "libvirtd"})
    @Order(10)
    default void killed_at_every_step_of_a_run(String victim) throws Exception {
        RunLab lab = lab();
        int update = lab.newUpdate();
        LabHost host = lab.hostWith(2);
        SmallUpdate.hold(host);
        int place = lab.events.now();

        String run = lab.rollout(update, host);
        kill(victim, host);
        String first = lab.firstMoving(place, run, host);
        kill(victim, host);
        lab.events.await(place, run, "VmMoved", RunLab.PATIENCE);
        kill(victim, host);
        RunLab.await("dpkg runs, after the move of " + first, () -> SmallUpdate.runs(host));
        kill(victim, host);
        SmallUpdate.letGo(host);
        lab.events.await(place, run, "UpdateApplied", RunLab.PATIENCE);
        kill(victim, host);

        lab.endedAs("DONE", place, run);
        RunLab.await("the update is there", () -> SmallUpdate.isOn(host, update));
    }

    private void kill(String victim, LabHost host) throws IOException {
        if (victim.equals("server")) {
            lab().lab.killServer();
            lab().lab.startServer();
            return;
        }
        // One that is just being started again from the blow before is let come up first.
        Await.until(
                RunLab.PATIENCE,
                () -> host.exec("test", "-s", "/run/lab/" + victim + ".pid").ok());
        host.signal(victim, "KILL");
    }
}
