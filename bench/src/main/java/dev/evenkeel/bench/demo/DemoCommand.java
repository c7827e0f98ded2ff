package dev.evenkeel.bench.demo;

import dev.evenkeel.lab.KernelHosts;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.StateDirectory;
import dev.evenkeel.lab.debian.Livepatches;
import dev.evenkeel.lab.debian.VmmVersion;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code evenkeel demo}: real updates, on four labs. QEMU is replaced under running VMs, their memory staying where it is; a host's
 * kernel is patched while it runs, and then replaced under a VM that stands still; owners are told, and choose; a newer QEMU reaches
 * every host by live migration. Exits with 1 when a
 * VM was lost, restarted, doubled or corrupted, or when a host was not updated.
 */
@Command(
        name = "demo",
        description = "Bring real updates of QEMU and of the kernel to every host of real fleets, their VMs living on.")
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

    @Option(
            names = "--kernel-hosts",
            defaultValue = "1",
            description = "how many hosts with a kernel of their own, of 3 GiB each; 0 leaves their chapter out"
                    + " (default: ${DEFAULT-VALUE})")
    private int kernelHosts;

    /** What can be played. */
    enum Chapter {
        IN_PLACE,
        KERNEL,
        OWNERS,
        MOVES
    }

    @Option(
            names = "--chapter",
            split = ",",
            defaultValue = "IN_PLACE,KERNEL,OWNERS,MOVES",
            description = "what to play, each on a lab of its own: ${COMPLETION-CANDIDATES} (default: all of them)")
    private Set<Chapter> chapters = EnumSet.allOf(Chapter.class);

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
        LabSpec bare = LabSpec.in(where).withName(name).withControlPlane(true);
        LabSpec fleet = bare.withHosts(hosts)
                .withVms(
                        VmPlan.fleet(vms).stream().map(VmPlan::withSharedMemory).toList());
        if (chapters.contains(Chapter.IN_PLACE)) {
            outcomes.add(play(
                    "QEMU 7.2 is replaced under running VMs",
                    fleet.withVmm(VmmVersion.QEMU_7_2),
                    DemoCommand::newVmm,
                    progress,
                    true));
        }
        int kernels = chapters.contains(Chapter.KERNEL) ? kernelHosts : 0;
        if (kernels > 0) {
            outcomes.add(play(
                    "A host's kernel is patched while it runs, then replaced under a VM that stands still",
                    bare.withVms(List.of())
                            .withKernelHosts(KernelHosts.of(kernels))
                            .withHosts(0),
                    DemoCommand::kernel,
                    progress,
                    true));
        }
        if (chapters.contains(Chapter.OWNERS)) {
            outcomes.add(play(
                    "Owners are told, and choose",
                    bare.withHosts(2).withVms(OwnersChapter.VMS).withVmm(VmmVersion.QEMU_10_0),
                    this::owners,
                    progress,
                    true));
        }
        if (chapters.contains(Chapter.MOVES)) {
            outcomes.add(play(
                    "VMs move while hosts get a newer QEMU",
                    fleet.withVmm(VmmVersion.QEMU_10_0),
                    DemoCommand::newVmm,
                    progress,
                    down));
        }
        List<MoveSeen> moves =
                outcomes.stream().flatMap(outcome -> outcome.moves().stream()).toList();
        List<VmSeen> seen =
                outcomes.stream().flatMap(outcome -> outcome.vms().stream()).toList();
        if (json != null) {
            Files.writeString(json, DemoTables.json(seen, moves));
        }
        long fleets = chapters.stream()
                .filter(chapter -> chapter == Chapter.IN_PLACE || chapter == Chapter.MOVES)
                .count();
        boolean unharmed =
                seen.size() == fleets * vms + kernels && seen.stream().allMatch(VmSeen::unharmed);
        out.println(
                unharmed
                        ? "No VM was lost, doubled or corrupted, nor restarted but by its owner's choice or after its window."
                        : "A VM was harmed: see the table.");
        if (!down && chapters.contains(Chapter.MOVES)) {
            DemoTables.lookAround(out, name, "h1");
        }
        return unharmed && outcomes.stream().allMatch(DemoChapter.Outcome::updated) ? 0 : 1;
    }

    /** What is shown on one fleet. */
    private interface Story {
        DemoChapter.Outcome of(DemoChapter chapter, Lab lab, Progress progress)
                throws IOException, InterruptedException;
    }

    private static DemoChapter.Outcome newVmm(DemoChapter chapter, Lab lab, Progress progress)
            throws IOException, InterruptedException {
        return chapter.play(lab.vmmUpdate(progress), progress);
    }

    private static DemoChapter.Outcome kernel(DemoChapter unsigned, Lab lab, Progress progress)
            throws IOException, InterruptedException {
        Livepatches fixes = lab.livepatches(progress);
        DemoChapter chapter = unsigned.signing();
        return chapter.play(fixes.fix(1), progress)
                .then(chapter.play(fixes.fix(2), progress))
                .then(chapter.takeBack(fixes.fix(2), progress))
                .then(chapter.patchService(progress))
                .then(chapter.play(lab.kernelUpdate(progress), progress));
    }

    private DemoChapter.Outcome owners(DemoChapter chapter, Lab lab, Progress progress)
            throws IOException, InterruptedException {
        boolean kept = new OwnersChapter(lab, new Evenkeel(lab), out).play(progress);
        return new DemoChapter.Outcome(kept, List.of(), List.of());
    }

    /** A chapter on a fleet of its own. */
    private DemoChapter.Outcome play(String title, LabSpec spec, Story story, Progress progress, boolean downAtEnd)
            throws IOException, InterruptedException {
        Path where = spec.state();
        out.println();
        out.println("== " + title);
        if (Lab.exists(where, name)) {
            progress.step("taking down the lab \"" + name + "\" that is here from before");
            Lab.down(where, name);
        }
        Lab lab = Lab.up(spec, progress);
        try {
            Evenkeel evenkeel = new Evenkeel(lab);
            say("evenkeel host ls");
            evenkeel.show("host", "ls");
            say("evenkeel vm ls");
            evenkeel.show("vm", "ls");
            progress.step("getting the updates, with all they need, and the way back");
            DemoChapter.Outcome outcome = story.of(new DemoChapter(lab, evenkeel, out), lab, progress);
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
