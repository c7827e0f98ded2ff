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
import dev.evenkeel.lab.debian.VmmVersion;
import dev.evenkeel.lab.guest.VmPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Two hosts with QEMU 7.2, five VMs whose memory can stay where it is, server and agents. */
final class InPlaceLab implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final String NAME = TestState.lab("place");
    private static final Path STATE = TestState.directory();

    final Lab lab;
    final Evenkeel evenkeel;
    final Happenings events;
    private final Path updates;
    private int update;

    private InPlaceLab(Lab lab) throws IOException {
        this.lab = lab;
        this.evenkeel = new Evenkeel(lab);
        this.events = new Happenings(evenkeel);
        this.updates = Files.createTempDirectory("updates");
    }

    static InPlaceLab up() throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(STATE, NAME);
        return new InPlaceLab(Lab.up(
                LabSpec.in(STATE)
                        .withName(NAME)
                        .withHosts(2)
                        .withBeatPeriod(TestState.CALM)
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
                Progress.on(System.out)));
    }

    /** A new small update, known to the server. @param more is done when dpkg configures it */
    int newUpdate(String more) throws Exception {
        update++;
        take(SmallUpdate.inPlace(updates, update, more));
        return update;
    }

    /** Makes an update known to the server. */
    void take(Path directory) throws Exception {
        assertThat(evenkeel.run("update", "apply", "-f", directory.toString()).exit())
                .isZero();
    }

    /** Begins a rollout of an update to one host, its VMs one after the other, and returns the id of its run. */
    String rolledOut(String id, LabHost host) throws Exception {
        int place = events.now();
        // one after the other, so that there is a middle
        String rollout = evenkeel.json("rollout", "start", id, "--host", host.name(), "--parallel-moves", "1")
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

    void cancel(String run) throws Exception {
        await(
                "run " + run + " is cancelled",
                () -> evenkeel.run("run", "cancel", run, "--reason", "a test").exit() == 0);
    }

    /** Waits for the end of a run, or for a person to be asked, and for this outcome. */
    JsonNode ended(String run, String outcome) throws Exception {
        JsonNode[] shown = new JsonNode[1];
        await("the end of " + run, () -> {
            shown[0] = evenkeel.json("run", "show", run);
            return shown[0].get("ended").asBoolean()
                    || shown[0].get("needsPerson").asBoolean();
        });
        assertThat(shown[0].path("outcome").asString(""))
                .as(shown[0].toPrettyString())
                .isEqualTo(outcome);
        return shown[0];
    }

    /** Waits until something on a host is so, by a shell's word. */
    void await(LabHost host, String condition) throws Exception {
        await(host + ": " + condition, () -> host.exec("sh", "-c", condition).ok());
    }

    static void await(String what, java.util.concurrent.Callable<Boolean> condition) throws Exception {
        Waits.await(PATIENCE, what, condition);
    }

    /** Every VM of a host runs, under the operator's daemon, the very program that is installed there. */
    void assertCurrent(LabHost host) throws Exception {
        await(
                host + "'s VMs run what is installed",
                () -> evenkeel.list("vm", "ls", "--host", host.name()).stream()
                        .allMatch(vm -> !vm.get("onOldVmm").asBoolean()
                                && !vm.get("aside").asBoolean()));
        for (String vm : host.running()) {
            assertThat(host.exec("sh", "-c", "readlink /proc/$(cat /run/libvirt/qemu/" + vm + ".pid)/exe")
                            .out())
                    .as("the program of " + vm)
                    .doesNotContain("deleted");
        }
    }

    /** Each VM beats, has not been restarted since then, runs once, and its memory is whole; nothing of a hand-over is left. */
    void assertNobodyWasHarmed(Instant since) throws Exception {
        Instant now = Instant.now();
        for (LabVm vm : lab.vms()) {
            assertThat(vm.awaitBeat(now.plusSeconds(1), PATIENCE))
                    .as(vm + " beats")
                    .isTrue();
            Pulse pulse = vm.pulse(since.minusSeconds(5));
            assertThat(vm.hosts()).as("hosts of " + vm).hasSize(1);
            assertThat(pulse.restarts(since, now)).as("restarts of " + vm).isZero();
            assertThat(pulse.doubled(since, now)).as("doubles of " + vm).isZero();
            assertThat(pulse.badPages(since, now)).as("bad pages of " + vm).isZero();
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

    @Override
    public void close() throws IOException {
        events.close();
        lab.close();
    }
}
