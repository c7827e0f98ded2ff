package dev.evenkeel.bench;

import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Paint;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The kernel of a full-kernel host is replaced under its VM, there and back by turns, and the VM's stop, seen from outside, is
 * taken apart. The kernel's part ends when the first process of the host's own system starts; what QEMU's process takes to start
 * is measured bare, with nobody else at work. All the rest is ours, the host's services that we wait for included.
 */
final class KernelBlackout {
    private static final double OWN_SHARE = 0.25;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int BARE_STARTS = 3;
    private static final String BARE = """
            read -r from idle </proc/uptime
            echo '{"execute":"qmp_capabilities"}{"execute":"quit"}' |
                %s -nodefaults -display none -machine %s,accel=tcg -m 128 -S -qmp stdio >/dev/null || exit
            read -r to idle </proc/uptime
            echo "$from $to"
            """;

    private static final Table<Parts> TABLE = Table.of(
            Column.of("KERNEL", Parts::kernel),
            Column.number("STOP", parts -> words(parts.stop)),
            Column.number("SAVE", parts -> words(parts.save)),
            Column.number("BOOT", parts -> words(parts.boot())),
            Column.number("SERVICES", parts -> words(parts.services)),
            Column.number("RESTORE", parts -> words(parts.restore)),
            Column.number("QEMU'S START", parts -> words(parts.qemu)),
            Column.number("OURS", parts -> words(parts.own())));

    private final BenchLab bench;
    private final PrintWriter out;
    private final LabVm vm;
    private final LabHost host;
    private final List<String> kernels = new ArrayList<>();

    private KernelBlackout(BenchLab bench, PrintWriter out) throws IOException {
        this.bench = bench;
        this.out = out;
        this.vm = bench.lab().vms().getFirst();
        this.host = bench.hostOf(vm);
    }

    /**
     * What one stop was made of, seconds.
     *
     * @param kernel that was started
     * @param stop of the VM, seen from outside
     * @param save from before its stop until the old kernel is left
     * @param services of the host until libvirt answers
     * @param restore from then until the VM runs
     * @param qemu the start of a bare QEMU process
     */
    private record Parts(String kernel, double stop, double save, double services, double restore, double qemu) {
        double boot() {
            return stop - save - services - restore;
        }

        double own() {
            return save + services + restore - qemu;
        }
    }

    /** @param times how often the kernel is replaced */
    static Bar run(PrintWriter out, BenchLab bench, int times) throws IOException {
        KernelBlackout blackout = new KernelBlackout(bench, out);
        blackout.install();
        List<Parts> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            all.add(blackout.change(blackout.kernels.get((i + 1) % 2)));
        }
        TABLE.lines(all, false, Paint.OFF).forEach(out::println);
        out.flush();
        double stop = Bar.median(all.stream().map(Parts::stop).toList());
        double own = Bar.median(all.stream().map(Parts::own).toList());
        return Bar.medianAtMost(
                "kexec-own-share",
                String.format(Locale.ROOT, "the whole stop: %.1f s, ours %.1f s", stop, own),
                OWN_SHARE,
                all.stream().map(parts -> parts.own() / parts.stop).toList());
    }

    /** Debian's next kernel beside the one that runs. */
    private void install() throws IOException {
        kernels.add(text("uname", "-r"));
        Path update = bench.lab().kernelUpdate(Progress.on(System.out));
        List<String> files = new ArrayList<>();
        for (PackageFile file : UpdatePackages.read(update)
                .payload(Method.PRESERVE_KERNEL)
                .orElseThrow()
                .packages()) {
            files.add("/var/tmp/" + file.file());
            host.put(update.resolve(file.file()), files.getLast());
        }
        host.command(Stream.concat(
                                Stream.of("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--install"), files.stream())
                        .toList())
                .within(PATIENCE)
                .check();
        text("ls", "/lib/modules").lines().filter(k -> !kernels.contains(k)).forEach(kernels::add);
    }

    private Parts change(String kernel) throws IOException {
        String boot = text("cat", "/proc/sys/kernel/random/boot_id");
        Duration stop = NewProcess.stop(vm, () -> {
            Process agent =
                    host.agent("kernel", kernel).detach(bench.lab().directory().resolve("kernel.log"));
            try {
                await("the host has booted anew", () -> {
                    Command.Result now = host.exec("cat", "/proc/sys/kernel/random/boot_id");
                    return now.ok() && !now.out().strip().equals(boot);
                });
            } finally {
                agent.destroyForcibly();
            }
            await(
                    "its VM runs",
                    () -> host.exec("virsh", "-q", "domstate", vm.name()).out().contains("running"));
            await(
                    "the agent has cleared up",
                    () -> !host.exec("test", "-e", "/var/lib/evenkeel/resume-vms")
                            .ok());
        });
        if (!text("uname", "-r").equals(kernel)) {
            throw new IOException(host + " did not come up with kernel " + kernel);
        }
        JsonNode note = Json.mapper().readTree(text("cat", "/var/lib/evenkeel/kernel-switch.json"));
        Instant stood = Instant.parse(note.at("/vms/0/stoodAt").asString());
        Instant left = Instant.parse(note.get("leftAt").asString());
        String steps = text("cat", "/run/lab/boot");
        String resumed = text("tail", "-n", "1", "/var/log/evenkeel/resume-vms.log");
        double libvirt = seconds(steps, "(?m)^(\\S+) libvirtd$");
        return new Parts(
                kernel,
                stop.toNanos() / 1e9,
                Duration.between(stood, left).toNanos() / 1e9,
                libvirt - seconds(steps, "(?m)^(\\S+) disk$"),
                seconds(resumed, "^(\\S+) VM " + vm.name() + " runs$") - libvirt,
                bareStart());
    }

    private double bareStart() throws IOException {
        String xml = host.virsh("dumpxml", vm.name());
        String words = BARE.formatted(found(xml, "<emulator>([^<]+)</emulator>"), found(xml, "machine='([^']+)'"));
        List<Double> starts = new ArrayList<>();
        for (int i = 0; i < BARE_STARTS; i++) {
            String[] uptimes = text("sh", "-c", words).split(" ");
            starts.add(Double.parseDouble(uptimes[1]) - Double.parseDouble(uptimes[0]));
        }
        return Bar.median(starts);
    }

    private static double seconds(String text, String line) throws IOException {
        return Double.parseDouble(found(text, line));
    }

    private static String found(String text, String sought) throws IOException {
        Matcher matcher = Pattern.compile(sought).matcher(text);
        if (!matcher.find()) {
            throw new IOException("no " + sought + " in " + text);
        }
        return matcher.group(1);
    }

    private static void await(String what, Await.Condition condition) throws IOException {
        if (!Await.until(PATIENCE, condition)) {
            throw new IOException("not within " + PATIENCE.toMinutes() + " minutes: " + what);
        }
    }

    private String text(String... words) throws IOException {
        return host.command(List.of(words)).check().strip();
    }

    private static String words(double seconds) {
        return String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
