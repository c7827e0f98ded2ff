package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Finds a port to listen on. */
final class Ports {
    private Ports() {}

    /** @param preferred taken when it is free, 0 for no preference */
    static int free(int preferred) throws PostgresTrouble {
        for (int wish : new int[] {preferred, 0}) {
            try (var socket = new ServerSocket()) {
                // a port whose last connections still linger is as good as free; PostgreSQL sets this option too
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), wish));
                return socket.getLocalPort();
            } catch (IOException e) {
                if (wish == 0) {
                    throw new PostgresTrouble(
                            Code.PORT_TAKEN,
                            "No port on 127.0.0.1 can be had (" + e.getMessage()
                                    + "). Is the loopback interface of this network namespace up (ip link set lo up)?",
                            e);
                }
            }
        }
        throw new AssertionError("the last round returns or throws");
    }
}
