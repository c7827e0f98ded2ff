package dev.evenkeel.lab;

import dev.evenkeel.lab.os.ProcessMark;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes a lab away, in whatever state it is: processes by number and start time, then whatever else lives in its
 * namespaces, then mounts, namespaces and files. Can be repeated.
 */
final class LabDown {
    private static final Duration GRACE = Duration.ofSeconds(20);

    private LabDown() {}

    static void run(LabRecord record) throws IOException {
        Fabric fabric = new Fabric(record.need("name"));
        HostBoot boot = new HostBoot(record, fabric);
        List<Integer> hosts = Lab.numbers(record);
        for (String name : List.of("observer", "server", "collector")) {
            Optional<ProcessMark> process = record.process(name);
            if (process.isPresent()) {
                process.get().terminate();
                if (!process.get().awaitEnd(GRACE)) {
                    process.get().kill();
                }
            }
        }
        List<ProcessMark> ended = new ArrayList<>();
        for (int n : hosts) {
            Optional<ProcessMark> init = record.process("h" + n);
            if (init.isPresent()) {
                init.get().kill(); // with process 1 goes the host's whole PID namespace
                ended.add(init.get());
            }
        }
        List<String> namespaces = new ArrayList<>(List.of(fabric.control()));
        hosts.forEach(n -> namespaces.add(fabric.namespace(n)));
        for (String namespace : namespaces) {
            for (long pid : Fabric.processes(namespace)) {
                Optional<ProcessMark> left = ProcessMark.of(pid);
                if (left.isPresent()) {
                    left.get().kill();
                    ended.add(left.get());
                }
            }
        }
        for (ProcessMark mark : ended) {
            if (!mark.awaitEnd(GRACE)) {
                throw new IOException("Process " + mark.pid() + " of the lab does not die; try again");
            }
        }
        for (int n : hosts) {
            boot.removeDisk(n);
        }
        fabric.remove(hosts);
        ControlPlane.forget(record);
        Trees.remove(record.directory());
    }
}
