package dev.evenkeel.it;

import dev.evenkeel.lab.LabHost;
import java.io.IOException;
import java.util.List;

/** Holds up, or refuses, the start of one VM on a host, by a libvirt hook: so a test can do things while it is started. */
record StartGate(LabHost host, String vm) {
    private static final String HOOK = "/etc/libvirt/hooks/qemu.d/test-start";
    private static final String CLOSED = "/run/lab/start.gate";
    private static final String WAITS = "/run/lab/start.waits";

    /** From now on it waits. */
    void close() throws IOException {
        put("""
                while [ -e %1$s ]; do
                    : >%2$s
                    sleep 0.1
                done
                rm -f %2$s
                """.formatted(CLOSED, WAITS));
    }

    /** From now on it fails. */
    void refuse() throws IOException {
        put("exit 1\n");
    }

    private void put(String then) throws IOException {
        String hook = """
                #!/bin/sh
                cat >/dev/null
                [ "$1" = %s ] && [ "$2" = prepare ] || exit 0
                """.formatted(vm) + then;
        host.command(List.of("sh", "-c", ": >" + CLOSED + " && cat >" + HOOK + " && chmod 755 " + HOOK))
                .withInput(hook)
                .check();
    }

    boolean waits() throws IOException {
        return host.exec("test", "-e", WAITS).ok();
    }

    void open() throws IOException {
        host.command(List.of("rm", "-f", CLOSED, HOOK)).check();
    }
}
