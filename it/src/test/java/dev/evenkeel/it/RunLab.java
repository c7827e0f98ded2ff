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
import dev.evenkeel.lab.debian.UpdatePackages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/** Hosts with server and agents, updates for them, and what must hold whatever was done to a run. */
final class RunLab implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(8);
    private static final Path STATE = TestState.directory();

    final Lab lab;
    final Evenkeel evenkeel;
    final Happenings events;
    private final Path updates;
    private int update;

    private RunLab(Lab lab) throws IOException {
        this.lab = lab;
        this.evenkeel = new Evenkeel(lab);
        this.events = new Happenings(evenkeel);
        this.updates = Files.createTempDirectory("updates");
    }

    /** Brings such a lab up, one of its name that was left over being taken down first. */
    static RunLab up(String name, UnaryOperator<LabSpec> spec) throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        String mine = TestState.lab(name);
        Lab.down(STATE, mine);
        LabSpec bare = LabSpec.in(STATE).withName(mine).withControlPlane(true).withBeatPeriod(TestState.CALM);
        return new RunLab(Lab.up(spec.apply(bare), Progress.on(System.out)));
    }

    LabHost host(String name) throws IOException {
        return lab.host(name);
    }

    LabHost hostOf(String vm) throws IOException {
        return lab.vm(vm).host().orElseThrow(() -> new AssertionError(vm + " runs nowhere"));
    }

    List<LabHost> others(LabHost host) {
        return lab.hosts().stream().filter(h -> h.number() != host.number()).toList();
    }

    /** A host with this many VMs or more. */
    LabHost hostWith(int vms) throws IOException {
        for (LabHost host : lab.hosts()) {
            if (host.running().size() >= vms) {
                return host;
            }
        }
        throw new AssertionError("no host has " + vms + " VMs");
    }

    /** A new update, known to the server. */
    int newUpdate() throws Exception {
        update++;
        Path directory = SmallUpdate.make(updates, update);
        await(
                "the update is taken",
                () -> evenkeel.run("update", "apply", "-f", directory.toString())
                                .exit()
                        == 0);
        return update;
    }

    /** The update of the VMM for these hosts, known to the server. */
    Update vmmUpdate() throws Exception {
        Path directory = lab.vmmUpdate(Progress.on(System.out));
        assertThat(evenkeel.run("update", "apply", "-f", directory.toString()).exit())
                .isZero();
        return UpdatePackages.read(directory);
    }

    /** Begins a rollout of a small update to one host and returns its id. */
    String startRollout(int number, LabHost host) throws Exception {
        return startRollout(SmallUpdate.id(number), host);
    }

    private String startRollout(String id, LabHost host) throws Exception {
        return evenkeel.json("rollout", "start", id, "--host", host.name(), "--parallel-moves", "1")
                .get("id")
                .asString();
    }

    /** Waits until a rollout has ended, not only one of its hosts. */
    void awaitRollout(String rollout, String outcome) throws Exception {
        await(
                "rollout " + rollout + " ends " + outcome,
                () -> outcome.equals(evenkeel.json("rollout", "status", rollout)
                        .path("outcome")
                        .asString("")));
    }

    String rollout(int number, LabHost host) throws Exception {
        return rollout(SmallUpdate.id(number), host);
    }

    /** Begins a rollout of an update to one host, its VMs one after the other, and returns the id of its run. */
    String rollout(String id, LabHost host) throws Exception {
        int place = events.now();
        String rollout = startRollout(id, host);
        return events.await(
                        place,
                        event -> event.path("rollout").asString("").equals(rollout)
                                && !event.path("run").asString("").isEmpty(),
                        "the first event of a run of " + rollout,
                        PATIENCE)
                .get("run")
                .asString();
    }

    /** Orders something of one host or VM and returns the id of the run that does it. */
    String ordered(String... words) throws Exception {
        return evenkeel.json(words).get("id").asString();
    }

    JsonNode show(String run) throws Exception {
        return evenkeel.json("run", "show", run);
    }

    /** Waits for the end of a run, the server being away now and then. */
    JsonNode ended(int place, String run) throws Exception {
        events.await(place, run, "HostRunEnded", PATIENCE);
        JsonNode[] shown = new JsonNode[1];
        await("the story of " + run, () -> {
            shown[0] = show(run);
            return shown[0].get("ended").asBoolean();
        });
        return shown[0];
    }

    /** Waits for the end of a run and for this outcome; a complaint tells what happened. */
    JsonNode endedAs(String outcome, int place, String run) throws Exception {
        JsonNode shown = ended(place, run);
        assertThat(shown.get("outcome").asString())
                .as("%s, after %s", shown.get("why"), events.of(place, run))
                .isEqualTo(outcome);
        return shown;
    }

    /** Waits until the memory of one of a run's VMs is on its way and says which it is; its host's daemon may be away now and then. */
    String firstMoving(int place, String run, LabHost from) throws Exception {
        events.await(place, run, "MoveStarted", PATIENCE);
        String[] moving = new String[1];
        Waits.awaitMoment(PATIENCE, "a VM is on its way out of " + from, () -> {
            for (LabVm vm : lab.vms()) {
                if (isMoving(from, vm.name())) {
                    moving[0] = vm.name();
                }
            }
            return moving[0] != null;
        });
        return moving[0];
    }

    private static boolean isMoving(LabHost from, String vm) throws IOException {
        return from.tryVirsh("domjobinfo", vm).out().contains("Outgoing migration");
    }

    /** Another VM on the same host. */
    String neighbourOf(String vm, LabHost host) throws IOException {
        return host.running().stream()
                .filter(name -> !name.equals(vm))
                .findFirst()
                .orElseThrow(() -> new AssertionError(vm + " is alone on " + host));
    }

    void migrateByHand(String vm, LabHost from, LabHost to) throws IOException {
        List<String> words = new java.util.ArrayList<>(
                List.of("migrate", "--live", "--p2p", "--persistent", "--undefinesource", vm, to.plainUri()));
        if (vm.equals("disk")) {
            words.add(1, "--copy-storage-all");
        }
        from.virsh(words.toArray(String[]::new));
        if (vm.equals("disk")) {
            from.virsh("vol-delete", "--pool", "default", "disk.qcow2"); // virsh leaves the source's behind
        }
    }

    /** A host that has no VM, emptied if need be. */
    LabHost emptyHost() throws Exception {
        for (LabHost host : lab.hosts()) {
            if (host.running().isEmpty()) {
                return host;
            }
        }
        LabHost least = lab.hosts().getFirst();
        for (LabHost host : lab.hosts()) {
            least = host.running().size() < least.running().size() ? host : least;
        }
        endedAs("DONE", events.now(), ordered("host", "evacuate", least.name()));
        evenkeel.run("host", "uncordon", least.name());
        return least;
    }

    /** Waits until the server has heard of a host that was away. */
    void awaitSeen(LabHost host) throws Exception {
        await(
                host + " is seen",
                () -> !evenkeel.json("host", "show", host.name())
                        .get("state")
                        .asString()
                        .equals("SILENT"));
    }

    /** Waits until a VM is on its way out of a host. */
    void awaitMoving(LabHost from, String vm) throws Exception {
        Waits.awaitMoment(PATIENCE, vm + " is on its way", () -> isMoving(from, vm));
    }

    static void await(String what, Callable<Boolean> condition) throws Exception {
        Waits.await(PATIENCE, what, condition);
    }

    /**
     * Every VM runs on one host and nowhere else is anything of it, no memory is damaged, and none was restarted since then but
     * those a test killed itself.
     */
    void assertSound(Instant since, Set<String> killed) throws Exception {
        for (LabVm vm : lab.vms()) {
            Harm.assertNoneBut(killed.contains(vm.name()) ? 1 : 0, vm, since);
            assertThat(vm.hosts()).as("hosts of " + vm).hasSize(1);
            for (LabHost host : others(vm.hosts().getFirst())) {
                String left =
                        host.tryVirsh("domstate", "--reason", vm.name()).out().strip();
                assertThat(host.virsh("list", "--all", "--name").lines())
                        .as("what %s knows of: %s is \"%s\" there and runs on %s", host, vm, left, vm.hosts())
                        .doesNotContain(vm.name());
                // a host that was away is cleared when it is back
                await(
                        "the disk of " + vm + " is gone from " + host,
                        () -> !host.exec("ls", "/var/lib/libvirt/images").out().contains(vm.name() + "."));
            }
        }
        for (LabHost host : lab.hosts()) {
            assertThat(host.virsh("list", "--all", "--name").lines().filter(l -> l.startsWith("evenkeel-probe-")))
                    .as("probes left on " + host)
                    .isEmpty();
            assertThat(migrationPorts(host))
                    .as("open migration ports of " + host)
                    .isEmpty();
        }
    }

    /** The ports of 49152 to 49215 on which a process of the host listens, by proc(5): state 0A. */
    private static List<Integer> migrationPorts(LabHost host) throws IOException {
        return host.exec("cat", "/proc/net/tcp")
                .out()
                .lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > 3 && fields[3].equals("0A"))
                .map(fields -> Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16))
                .filter(port -> port >= 49152 && port <= 49215)
                .toList();
    }

    /** Nothing is held up any more, whatever a test ended with. */
    void letAllGo() throws IOException {
        for (LabHost host : lab.hosts()) {
            host.start();
            host.unshape();
            SmallUpdate.letGo(host);
            ProbeGate.open(host);
        }
    }

    void uncordonAll() throws Exception {
        for (LabHost host : lab.hosts()) {
            evenkeel.run("host", "uncordon", host.name());
        }
    }

    @Override
    public void close() throws IOException {
        events.close();
        lab.close();
    }
}
