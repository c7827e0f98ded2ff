package dev.evenkeel.it;

import dev.evenkeel.lab.LabHost;
import java.io.IOException;
import java.util.List;

/**
 * Holds up an agent that proves what its host runs: the VM that it starts to ask waits, by a libvirt hook, until it is let
 * through. So a test can do things while an update is verified.
 */
final class ProbeGate {
    private static final String HOOK = "/etc/libvirt/hooks/qemu.d/test-gate";
    private static final String CLOSED = "/run/lab/probe.gate";
    private static final String WAITS = "/run/lab/probe.waits";
    private static final String NEXT = "/run/lab/probe.next";

    private ProbeGate() {}

    /** From now on no probe starts on this host but those that are let through. */
    static void close(LabHost host) throws IOException {
        String hook = """
                #!/bin/sh
                cat >/dev/null
                case $1 in evenkeel-probe-hook-*) exit 0 ;; evenkeel-probe-*) ;; *) exit 0 ;; esac
                [ "$2" = prepare ] || exit 0
                while [ -e %1$s ] && [ ! -e %3$s ]; do
                    touch %2$s
                    sleep 0.1
                done
                rm -f %2$s %3$s
                """.formatted(CLOSED, WAITS, NEXT);
        host.command(List.of("sh", "-c", "touch " + CLOSED + " && cat >" + HOOK + " && chmod 755 " + HOOK))
                .withInput(hook)
                .check();
    }

    /** Whether a probe waits at the gate. */
    static boolean waits(LabHost host) throws IOException {
        return host.exec("test", "-e", WAITS).ok();
    }

    /** Lets the one that waits through. */
    static void letNext(LabHost host) throws IOException {
        host.command(List.of("sh", "-c", "rm " + WAITS + " && touch " + NEXT)).check();
    }

    static void open(LabHost host) throws IOException {
        host.command(List.of("rm", "-f", CLOSED, WAITS, NEXT, HOOK)).check();
    }
}
