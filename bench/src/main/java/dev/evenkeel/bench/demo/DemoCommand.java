package dev.evenkeel.bench.demo;

import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.StateDirectory;
import dev.evenkeel.lab.debian.VmmVersion;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code evenkeel demo}: labs of three hosts with six VMs, and two real updates of QEMU: one goes under the running VMs, their
 * memory staying where it is, the other reaches every host by live migration. Exits with 1 when a VM was lost, restarted, doubled
 * or corrupted, or when a host was not updated.
 */
@Command(
        name = "demo",
        description = "Bring two real updates of QEMU to every host of a real three-host fleet, its VMs running on.")
public final class DemoCommand implements Callable<Integer> {
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
        List<DemoChapter.Outcome> outcomes = new ArrayList<>();
        outcomes.add(play("QEMU 7.2 is replaced under running VMs", VmmVersion.QEMU_7_2, where, progress, true));
        outcomes.add(play("VMs move while hosts get a newer one", VmmVersion.QEMU_10_0, where, progress, down));
        List<MoveSeen> moves =
                outcomes.stream().flatMap(outcome -> outcome.moves().stream()).toList();
        List<VmSeen> seen =
                outcomes.stream().flatMap(outcome -> outcome.vms().stream()).toList();
        if (json != null) {
            Files.writeString(json, DemoTables.json(seen, moves));
        }
        boolean unharmed = seen.size() == outcomes.size() * vms && seen.stream().allMatch(VmSeen::unharmed);
        out.println(unharmed ? "No VM was lost, restarted, doubled or corrupted." : "A VM was harmed: see the table.");
        if (!down) {
            DemoTables.lookAround(out, name, "h1");
        }
        return unharmed && outcomes.stream().allMatch(DemoChapter.Outcome::updated) ? 0 : 1;
    }

    /** A chapter on a fleet of its own. */
    private DemoChapter.Outcome play(String title, VmmVersion version, Path where, Progress progress, boolean downAtEnd)
            throws IOException, InterruptedException {
        out.println();
        out.println("== " + title);
        if (Lab.exists(where, name)) {
            progress.step("taking down the lab \"" + name + "\" that is here from before");
            Lab.down(where, name);
        }
        LabSpec spec = LabSpec.in(where)
                .withName(name)
                .withHosts(hosts)
                .withVmm(version)
                .withVms(
                        VmPlan.fleet(vms).stream().map(VmPlan::withSharedMemory).toList())
                .withControlPlane(true);
        Lab lab = Lab.up(spec, progress);
        try {
            Evenkeel evenkeel = new Evenkeel(lab);
            say("evenkeel host ls");
            evenkeel.show("host", "ls");
            say("evenkeel vm ls");
            evenkeel.show("vm", "ls");
            progress.step("getting the update, with all it needs, and the way back");
            DemoChapter.Outcome outcome = new DemoChapter(lab, evenkeel, out).play(lab.vmmUpdate(progress), progress);
            awaitObserver(evenkeel, outcome.moves().size());
            say("evenkeel ledger");
            evenkeel.show("ledger");
            return outcome;
        } finally {
            if (downAtEnd) {
                lab.close();
            }
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

    private void say(String command) {
        out.println();
        out.println("$ " + command);
    }
}
