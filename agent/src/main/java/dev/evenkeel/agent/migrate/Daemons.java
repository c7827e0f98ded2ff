package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Connection;

/** Where connections come from. Each is the caller's to close. */
public interface Daemons {
    /** The daemon of this host. */
    Connection local();

    /** The daemon of a destination, given the URI by which this host's daemon reaches it. */
    Connection at(String destinationUri);

    /** The daemons as an agent reaches them: its own by the Unix socket, others by their URI. */
    static Daemons real() {
        return new Daemons() {
            @Override
            public Connection local() {
                return Connection.open("qemu:///system");
            }

            @Override
            public Connection at(String destinationUri) {
                return Connection.open(destinationUri);
            }
        };
    }
}
