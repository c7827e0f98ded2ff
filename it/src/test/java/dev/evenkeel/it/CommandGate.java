package dev.evenkeel.it;

import dev.evenkeel.lab.LabHost;
import java.io.IOException;
import java.util.List;

/**
 * Holds up whoever runs a command on a host, by a script of its name that is found before it: so a test can do things between two
 * steps of an agent.
 *
 * @param command such as {@code umount}
 */
record CommandGate(LabHost host, String command) {
    CommandGate {
        if (!command.matches("[a-z]+")) {
            throw new IllegalArgumentException("command " + command);
        }
    }

    /** From now on it waits. */
    void close() throws IOException {
        String script = """
                #!/bin/sh
                while [ -e %1$s.gate ]; do
                    : >%1$s.waits
                    sleep 0.1
                done
                rm -f %1$s.waits
                exec "$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v %2$s)" "$@"
                """.formatted(mark(), command);
        host.command(List.of(
                        "sh", "-c", "cat >" + script() + " && chmod 755 " + script() + " && : >" + mark() + ".gate"))
                .withInput(script)
                .check();
    }

    /** Whether somebody waits. False also while the host can't be asked. */
    boolean waits() throws IOException {
        return host.exec("test", "-e", mark() + ".waits").ok();
    }

    /** Whoever waits goes on, and nobody is held up any more. */
    void open() throws IOException {
        host.command(List.of("rm", "-f", mark() + ".gate", script())).check();
    }

    private String script() {
        return "/usr/local/sbin/" + command;
    }

    private String mark() {
        return "/run/lab/" + command;
    }
}
