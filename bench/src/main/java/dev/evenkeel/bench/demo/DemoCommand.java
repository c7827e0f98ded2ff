package dev.evenkeel.bench.demo;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.StateDirectory;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/**
 * {@code evenkeel demo}: a lab of three hosts with six VMs, and a real update of QEMU that reaches every host by live
 * migration. Exits with 1 when a VM was lost, restarted, doubled or corrupted, or when a host was not updated.
 */
@Command(
        name = "demo",
        description = "Bring a real update of QEMU to every host of a real three-host fleet, its VMs running on.")
public final class DemoCommand implements Callable<Integer> {
    private static final Duration LAST_BEATS = Duration.ofSeconds(3);
    private static final Duration OBSERVER = Duration.ofSeconds(10);

    @Option(names = "--state", description = "the state directory (default: EVENKEEL_STATE, else XDG's)")
    @Nullable
    private Path state;

    @Option(names = "--name", defaultValue = "ek", description = "name of the lab (default: ${DEFAULT-VALUE})")
    private String name = "ek";

    @Option(names = "--hosts", defaultValue = "3", description = "how many hosts (default: ${DEFAULT-VALUE})")
    private int hosts;

    @Option(names = "--vms", defaultValue = "6", description = "how many VMs (default: ${DEFAULT-VALUE})")
    private int vms;

    @Option(names = "--json", description = "write what each VM went through to this file")
    @Nullable
    private Path json;

    @Option(names = "--down", description = "take the lab down at the end instead of leaving it to look around")
    private boolean down;

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path where = state != null ? state : StateDirectory.byDefault(System.getenv());
        Progress progress = Progress.on(out);
        if (Lab.exists(where, name)) {
            progress.step("taking down the lab \"" + name + "\" that is here from before");
            Lab.down(where, name);
        }
        LabSpec spec =
                LabSpec.in(where).withName(name).withHosts(hosts).withVms(vms).withControlPlane(true);
        Lab lab = Lab.up(spec, progress);
        try {
            return run(lab, where, progress);
        } finally {
            if (down) {
                lab.close();
            }
        }
    }

    private int run(Lab lab, Path where, Progress progress) throws IOException, InterruptedException {
        progress.step("getting the update: QEMU of trixie-backports with all it needs, and the way back");
        Path directory = lab.vmmUpdate(progress);
        Update update = UpdatePackages.read(directory);
        String id = update.id().value();
        Evenkeel evenkeel = new Evenkeel(lab.name() + "-ctl", where);
        say("evenkeel host ls");
        evenkeel.show("host", "ls");
        say("evenkeel vm ls");
        evenkeel.show("vm", "ls");
        say("evenkeel update apply -f " + directory);
        must(evenkeel.show("update", "apply", "-f", directory.toString()), "update apply");
        say("evenkeel plan " + id);
        must(evenkeel.show("plan", id), "plan");

        Map<String, String> before = places(lab);
        Map<String, String> versionsBefore = versions(evenkeel);
        Instant began = Instant.now();
        say("evenkeel rollout start " + id + " --watch");
        int exit = evenkeel.show("rollout", "start", id, "--watch", "--reason", "the demo");
        progress.step("the rollout ended with exit code " + exit + "; listening to the VMs a moment longer");
        List<VmSeen> seen = new ArrayList<>();
        List<MoveSeen> moves = new ArrayList<>();
        observe(lab, evenkeel, began, before, seen, moves);
        DemoTables.print(out, hostRows(evenkeel, versionsBefore, moves), seen, moves);
        if (json != null) {
            Files.writeString(json, DemoTables.json(seen, moves));
        }
        String wanted = update.verify().getOrDefault("qemu", "");
        boolean allUpdated = versions(evenkeel).values().stream().allMatch(v -> Update.matches(v, wanted));
        boolean unharmed = seen.size() == vms && seen.stream().allMatch(VmSeen::unharmed);
        out.println(unharmed ? "No VM was lost, restarted, doubled or corrupted." : "A VM was harmed: see the table.");
        awaitObserver(evenkeel, moves.size());
        say("evenkeel ledger");
        evenkeel.show("ledger");
        if (!down) {
            DemoTables.lookAround(out, name, lab.hosts().getFirst().name());
        }
        return exit == 0 && allUpdated && unharmed ? 0 : 1;
    }

    private void observe(
            Lab lab,
            Evenkeel evenkeel,
            Instant began,
            Map<String, String> before,
            List<VmSeen> seen,
            List<MoveSeen> moves)
            throws IOException, InterruptedException {
        Instant ended = Instant.now();
        for (LabVm vm : lab.vms()) {
            vm.awaitBeat(ended.plus(LAST_BEATS), LAST_BEATS.multipliedBy(3));
        }
        Instant now = Instant.now();
        Map<String, String> after = places(lab);
        Map<String, List<MoveSeen>> byVm = new TreeMap<>();
        for (JsonNode row : evenkeel.list("ledger", "--limit", "500")) {
            MoveSeen move = MoveSeen.of(row, lab.vm(row.get("name").asString()).pulse());
            if (!move.startedAt().isBefore(began)) {
                byVm.computeIfAbsent(move.vm(), v -> new ArrayList<>()).add(move);
                moves.add(move);
            }
        }
        moves.sort(java.util.Comparator.comparing(MoveSeen::startedAt));
        for (LabVm vm : lab.vms()) {
            Pulse pulse = vm.pulse();
            VmSeen.Health health = new VmSeen.Health(
                    pulse.aliveSince(ended),
                    pulse.restarts(began, now),
                    pulse.doubled(began, now),
                    pulse.badPages(began, now));
            seen.add(VmSeen.of(
                    vm.name(),
                    byVm.getOrDefault(vm.name(), List.of()),
                    before.getOrDefault(vm.name(), ""),
                    after.getOrDefault(vm.name(), ""),
                    health));
        }
    }

    /** The lab's observer tells the server what it saw some seconds after each move. */
    private static void awaitObserver(Evenkeel evenkeel, int moves) throws IOException {
        Await.until(OBSERVER, () -> {
            try {
                return evenkeel.list("ledger", "--limit", "500").stream()
                                .filter(row -> !row.get("gapMs").isNull())
                                .count()
                        >= moves;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        });
    }

    private static Map<String, String> places(Lab lab) throws IOException {
        Map<String, String> places = new TreeMap<>();
        for (LabHost host : lab.hosts()) {
            for (String vm : host.running()) {
                places.merge(vm, host.name(), (a, b) -> a + "+" + b);
            }
        }
        return places;
    }

    private static Map<String, String> versions(Evenkeel evenkeel) throws IOException, InterruptedException {
        Map<String, String> versions = new TreeMap<>();
        for (JsonNode host : evenkeel.list("host", "ls")) {
            versions.put(
                    host.get("id").asString(),
                    host.path("versions").path("qemu").asString("?"));
        }
        return versions;
    }

    private static List<DemoTables.HostRow> hostRows(
            Evenkeel evenkeel, Map<String, String> before, List<MoveSeen> moves)
            throws IOException, InterruptedException {
        List<DemoTables.HostRow> rows = new ArrayList<>();
        for (Map.Entry<String, String> host : versions(evenkeel).entrySet()) {
            List<MoveSeen> away =
                    moves.stream().filter(m -> m.from().equals(host.getKey())).toList();
            rows.add(new DemoTables.HostRow(
                    host.getKey(),
                    away.isEmpty() ? "MIGRATE" : away.getFirst().method(),
                    before.getOrDefault(host.getKey(), "?"),
                    host.getValue(),
                    away.size()));
        }
        return rows;
    }

    private void say(String command) {
        out.println();
        out.println("$ " + command);
    }

    private static void must(int exit, String what) throws IOException {
        if (exit != 0) {
            throw new IOException("evenkeel " + what + " ended with " + exit);
        }
    }
}
