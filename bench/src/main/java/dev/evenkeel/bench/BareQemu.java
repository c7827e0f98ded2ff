package dev.evenkeel.bench;

import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The floor that no hand-over gets below: the guest of a VM, taken from libvirt, goes from one bare QEMU to the next over QMP alone.
 * Both share its memory file, and the next one is started before the stop. Files, processes and taps are gone when it is closed.
 */
final class BareQemu implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String MEMORY = "/dev/shm/bare.ram";
    private static final String STREAM = "/run/bare.stream";

    private final BenchLab bench;
    private final LabVm vm;
    private final LabHost host;
    private final String document;
    private Running now;
    private int started;

    /** Starts the guest anew in a bare QEMU and returns when it beats. */
    BareQemu(BenchLab bench, LabVm vm, String machine) throws IOException {
        this.bench = bench;
        this.vm = vm;
        this.host = bench.hostOf(vm);
        this.document = host.virsh("dumpxml", vm.name());
        host.virsh("destroy", vm.name());
        Instant begin = Instant.now();
        this.now = start(machine, List.of());
        if (!vm.awaitBeat(begin, PATIENCE)) {
            throw new IOException(vm + " does not beat in a bare QEMU");
        }
    }

    private record Running(Process process, Qmp monitor, String tap, String machine) {
        void end() throws IOException {
            monitor.ask("quit", Map.of());
            if (!Await.until(PATIENCE, () -> !process.isAlive())) {
                throw new IOException("a bare QEMU does not end");
            }
            monitor.close();
        }
    }

    private Running start(String machine, List<String> more) throws IOException {
        String name = "bare" + started++;
        host.command(List.of("ip", "tuntap", "add", "dev", name, "mode", "tap")).check();
        host.command(List.of("ip", "link", "set", name, "master", "br0", "up")).check();
        String memory = found("<memory unit='KiB'>(\\d+)<") + "K";
        List<String> words = List.of(
                "qemu-system-x86_64 -nodefaults -no-user-config -display none -cpu qemu64 -smp 1 -rtc base=utc",
                "-machine " + machine + ",accel=tcg,usb=off,memory-backend=ram -m " + memory,
                "-object memory-backend-file,id=ram,share=on,mem-path=" + MEMORY + ",size=" + memory,
                "-kernel " + found("<kernel>(.*)</kernel>") + " -initrd " + found("<initrd>(.*)</initrd>"),
                "-chardev file,id=serial,path=/run/" + name + ".serial -device isa-serial,chardev=serial",
                "-device virtio-serial-pci -chardev socket,id=agent,server=on,wait=off,path=/run/" + name + ".agent",
                "-device virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
                "-netdev tap,id=net,script=no,downscript=no,ifname=" + name,
                "-device virtio-net-pci,netdev=net,romfile=,mac=" + found("<mac address='(.*)'/>"),
                "-chardev socket,id=monitor,server=on,wait=off,path=/run/" + name + ".qmp -mon monitor,mode=control");
        List<String> all = Stream.of(
                        words.stream().flatMap(line -> Stream.of(line.split(" "))),
                        Stream.of("-append", found("<cmdline>(.*)</cmdline>")),
                        more.stream())
                .flatMap(part -> part)
                .toList();
        Process process = host.command(all).detach(bench.lab().directory().resolve(name + ".log"));
        Qmp monitor = Qmp.open(bench.root(host).resolve("run").resolve(name + ".qmp"));
        return new Running(process, monitor, name, machine);
    }

    private String found(String pattern) throws IOException {
        Matcher found = Pattern.compile(pattern).matcher(document);
        if (!found.find()) {
            throw new IOException("the document of " + vm + " has no " + pattern);
        }
        return found.group(1);
    }

    /** Hands the guest over to the next QEMU. */
    void handOver() throws IOException {
        Running next = start(now.machine(), List.of("-incoming", "defer"));
        ignoreShared(next.monitor());
        ignoreShared(now.monitor());
        next.monitor().ask("migrate-incoming", Map.of("uri", "unix:" + STREAM));
        now.monitor().ask("migrate-set-parameters", Map.of("max-bandwidth", 1L << 36));
        now.monitor().ask("migrate", Map.of("uri", "unix:" + STREAM));
        now.monitor().await(e -> e.at("/data/status").asString().equals("completed"));
        next.monitor().await(e -> e.path("event").asString().equals("RESUME"));
        Running old = now;
        now = next;
        forget(old);
    }

    private void forget(Running old) throws IOException {
        old.end();
        host.command(List.of("ip", "link", "del", old.tap())).check();
    }

    private static void ignoreShared(Qmp monitor) throws IOException {
        monitor.ask(
                "migrate-set-capabilities",
                Map.of(
                        "capabilities",
                        Stream.of("x-ignore-shared", "events")
                                .map(c -> Map.of("capability", c, "state", true))
                                .toList()));
    }

    @Override
    public void close() throws IOException {
        forget(now);
        host.command(List.of("sh", "-c", "rm -f " + MEMORY + " " + STREAM + " /run/bare*"))
                .check();
    }
}
