package dev.evenkeel.bench;

import dev.evenkeel.lab.KernelHosts;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.StateDirectory;
import dev.evenkeel.lab.debian.VmmVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evenkeel bench preserve}: how long VMs stand still when they get a new VMM and keep their memory. */
@Command(
        name = "preserve",
        description = {
            "Give running VMs new VMM processes while their memory stays where it is, against bare QEMU, virsh save and virsh migrate.",
            "Then one VM is given QEMU 10.0 and 7.2 by turns, on a host with the libvirt of the newer: before each hand-over the files of"
                    + " QEMU's packages and its firmware are put where dpkg has them.",
            "At last the kernel of a full-kernel host is replaced under its VM, and the VM's stop is taken apart.",
            "Takes some eighteen minutes and 8 GiB of memory; with --quick seven minutes and 4 GiB."
        },
        mixinStandardHelpOptions = true)
final class PreserveBench implements Callable<Integer> {
    private static final double STOP_MS = 30;
    private static final double VS_FLOOR = 6;
    private static final double HUGE_VS_SMALL = 1.5;
    private static final double VS_SAVE_LARGE = 1 / 50.0;
    private static final double VS_SAVE_HUGE = 1 / 500.0;
    private static final double VS_MIGRATE = 1 / 5.0;
    private static final long MEMORY_GIB = 8;
    private static final long QUICK_MEMORY_GIB = 4;
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");

    /** Ours and the floor are measured by turns, so that what else the machine does meets both. */
    private static final int TURNS = 4;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--handovers",
            paramLabel = "N",
            defaultValue = "20",
            description =
                    "of the small VM and of the floor; half as many of each large one (default: ${DEFAULT-VALUE})")
    private int handovers;

    @Option(
            names = "--rivals",
            paramLabel = "N",
            defaultValue = "3",
            description = "how often virsh saves and migrates each large VM (default: ${DEFAULT-VALUE})")
    private int rivals;

    @Option(
            names = "--row",
            paramLabel = "N",
            defaultValue = "50",
            description =
                    "hand-overs in a row of one VM, for what they leave behind, and as many by turns to two QEMUs (default: ${DEFAULT-VALUE})")
    private int row;

    @Option(
            names = "--kernels",
            paramLabel = "N",
            defaultValue = "6",
            description = "how often a host's kernel is replaced (default: ${DEFAULT-VALUE})")
    private int kernels;

    /** What the two halves are about. */
    private enum Part {
        vmm,
        kernel
    }

    @Option(
            names = "--only",
            paramLabel = "PART",
            description =
                    "just one of ${COMPLETION-CANDIDATES}: VMs that get a new VMM, or a host that gets a new kernel")
    private @Nullable Part only;

    @Option(names = "--quick", description = "--handovers 6 --rivals 1 --row 6 --kernels 2, and no VM of 4 GiB")
    private boolean quick;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "the state directory (default: EVENKEEL_STATE, else XDG's)")
    private @Nullable Path state;

    @Option(names = "--json", paramLabel = "FILE", description = "write the bars to this file")
    private @Nullable Path json;

    private final List<Bar> bars = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec);
        if (handovers < 2 || rivals < 1 || row < 1 || kernels < 1) {
            throw new ParameterException(
                    command.commandLine(), "--handovers must be at least 2, --rivals, --row and --kernels at least 1");
        }
        if (quick) {
            handovers = 6;
            rivals = 1;
            row = 6;
            kernels = 2;
        }
        PrintWriter out = command.commandLine().getOut();
        Path where = state != null ? state : StateDirectory.byDefault(System.getenv());
        if (only != Part.kernel) {
            requireMemory(quick ? QUICK_MEMORY_GIB : MEMORY_GIB);
            vmm(out, where);
        }
        if (only != Part.vmm) {
            requireMemory(QUICK_MEMORY_GIB);
            kernel(out, where);
        }
        out.println();
        return new BenchReport("preserve", bars).publish(out, json);
    }

    private void vmm(PrintWriter out, Path where) throws IOException {
        List<BusyGuest> guests =
                quick ? List.of(BusyGuest.SMALL, BusyGuest.BARE, BusyGuest.LARGE) : List.of(BusyGuest.values());
        LabSpec lab = LabSpec.in(where)
                .withName("ekbenchpre")
                .withHosts(2)
                .withVms(guests.stream().map(BusyGuest::plan).toList())
                .withBeatPeriod(Duration.ofMillis(10));
        try (BenchLab bench = BenchLab.up(lab, Progress.on(System.out));
                NewProcess ways = new NewProcess(bench)) {
            for (BusyGuest guest : guests) {
                guest.rest(vm(bench, guest));
            }
            out.printf(
                    "lengths in ms, read off the guests' clocks; load of the machine: %s%n",
                    Files.readString(Path.of("/proc/loadavg")).strip());
            Stops small = small(out, bench, ways, lab.vmm().machine());
            large(out, bench, ways, BusyGuest.LARGE, VS_SAVE_LARGE, "1g");
            if (!quick) {
                Stops huge = large(out, bench, ways, BusyGuest.HUGE, VS_SAVE_HUGE, "4g");
                bars.add(huge.against("stop-4g-vs-128m", HUGE_VS_SMALL, small));
            }
            inARow(out, bench, ways);
        }
        thereAndBack(out, where);
    }

    /** Guests' memory lies on a tmpfs: where it does not fit, the machine would not fail but stall. */
    private static void requireMemory(long gib) throws IOException {
        Matcher available = AVAILABLE.matcher(Files.readString(Path.of("/proc/meminfo")));
        if (available.find() && Long.parseLong(available.group(1)) >> 20 < gib) {
            throw new IOException("this machine has " + (Long.parseLong(available.group(1)) >> 10)
                    + " MiB of free memory, and this takes " + gib + " GiB; --quick takes " + QUICK_MEMORY_GIB);
        }
    }

    private static LabVm vm(BenchLab bench, BusyGuest guest) throws IOException {
        return bench.lab().vm(guest.vm());
    }

    private Stops small(PrintWriter out, BenchLab bench, NewProcess ways, String machine) throws IOException {
        LabVm small = vm(bench, BusyGuest.SMALL);
        LabVm bare = vm(bench, BusyGuest.BARE);
        Stops ours = new Stops(BusyGuest.SMALL.toString(), "evenkeel agent handover", List.of());
        Stops floor = new Stops(BusyGuest.BARE.toString(), "bare QEMU over QMP", List.of());
        try (BareQemu qemu = new BareQemu(bench, bare, machine)) {
            BusyGuest.BARE.rest(bare);
            for (int turn = 0; turn < TURNS; turn++) {
                int times = handovers * (turn + 1) / TURNS - handovers * turn / TURNS;
                BusyGuest.SMALL.wake(small);
                ours = ours.plus(times, () -> ways.handOver(small));
                BusyGuest.SMALL.rest(small);
                BusyGuest.BARE.wake(bare);
                floor = floor.plus(times, () -> NewProcess.stop(bare, qemu::handOver));
                BusyGuest.BARE.rest(bare);
            }
        }
        Stops.show(out, List.of(ours, floor));
        bars.add(ours.atMost("stop-ms", STOP_MS));
        bars.add(ours.against("stop-vs-floor", VS_FLOOR, floor));
        return ours;
    }

    private Stops large(PrintWriter out, BenchLab bench, NewProcess ways, BusyGuest guest, double vsSave, String size)
            throws IOException {
        LabVm vm = vm(bench, guest);
        guest.wake(vm);
        String words = guest.toString();
        Stops ours =
                new Stops(words, "evenkeel agent handover", List.of()).plus(handovers / 2, () -> ways.handOver(vm));
        Stops saved =
                new Stops(words, "virsh save + virsh restore", List.of()).plus(rivals, () -> ways.saveAndRestore(vm));
        Stops migrated = new Stops(words, "virsh migrate --live", List.of());
        for (int i = 0; i < rivals; i++) {
            migrated = migrated.plus(ways.migrate(vm, out).stream().toList());
        }
        guest.rest(vm);
        Stops.show(out, List.of(ours, saved, migrated));
        bars.add(ours.against("stop-vs-save-restore-" + size, vsSave, saved));
        bars.add(ours.against("stop-vs-migrate-" + size, VS_MIGRATE, migrated));
        return ours;
    }

    private void inARow(PrintWriter out, BenchLab bench, NewProcess ways) throws IOException {
        LabVm vm = vm(bench, BusyGuest.SMALL);
        BusyGuest.SMALL.wake(vm);
        bars.addAll(new Row("row", "hand-overs in a row", row)
                .run(out, vm, bench.hostOf(vm), () -> handedOver(out, ways, vm)));
    }

    /** The same, each time to the other of two QEMUs. */
    private void thereAndBack(PrintWriter out, Path where) throws IOException {
        LabSpec spec = LabSpec.in(where)
                .withName("ekbenchtab")
                .withHosts(1)
                .withVmm(VmmVersion.QEMU_7_2)
                .withVms(List.of(BusyGuest.SMALL.plan()))
                .withBeatPeriod(Duration.ofMillis(10));
        try (BenchLab bench = BenchLab.up(spec, Progress.on(System.out));
                NewProcess ways = new NewProcess(bench)) {
            LabVm vm = vm(bench, BusyGuest.SMALL);
            LabHost host = bench.hostOf(vm);
            Path update = bench.lab().vmmUpdate(Progress.on(System.out));
            TwoVmms.update(host, bench.root(host), update);
            TwoVmms both = TwoVmms.on(host, bench.root(host), update);
            BusyGuest.SMALL.wake(vm);
            TwoVmms.Which[] next = {TwoVmms.Which.NEW};
            Row.HandOver one = () -> {
                both.install(next[0]);
                boolean done = handedOver(out, ways, vm) && both.runs(vm, next[0]);
                next[0] = next[0].other();
                return done;
            };
            one.run();
            one.run();
            bars.addAll(
                    new Row("there-and-back", "hand-overs by turns to QEMU 10.0 and 7.2", row).run(out, vm, host, one));
        }
    }

    private void kernel(PrintWriter out, Path where) throws IOException {
        LabSpec spec = LabSpec.in(where)
                .withName("ekbenchker")
                .withVms(List.of())
                .withKernelHosts(KernelHosts.of(1))
                .withHosts(0)
                .withControlPlane(true);
        try (BenchLab bench = BenchLab.up(spec, Progress.on(System.out))) {
            bars.add(KernelBlackout.run(out, bench, kernels));
        }
    }

    private static boolean handedOver(PrintWriter out, NewProcess ways, LabVm vm) throws IOException {
        dev.evenkeel.lab.os.Command.Result result = ways.handoverCommand(vm).run();
        if (!result.ok()) {
            out.println(result.out() + result.err());
        }
        return result.ok();
    }
}
