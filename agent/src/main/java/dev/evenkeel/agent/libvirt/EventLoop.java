package dev.evenkeel.agent.libvirt;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt's default event loop on one thread of its own for the life of the process. It must be registered before the first
 * connection is opened: keepalive, close notices and all events depend on it.
 */
final class EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static volatile boolean running;

    private EventLoop() {}

    static void start(NativeFunction register, NativeFunction runOnce) {
        if (register.asInt() < 0) {
            throw new IllegalStateException("virEventRegisterDefaultImpl failed");
        }
        running = true;
        Thread thread = new Thread(() -> run(runOnce), "libvirt-events");
        thread.setDaemon(true);
        thread.start();
    }

    static boolean isRunning() {
        return running;
    }

    private static void run(NativeFunction runOnce) {
        try {
            while (runOnce.asInt() >= 0) {
                // each turn blocks until a socket or a timer of a connection is due
            }
            LOG.error("libvirt's event loop ended: virEventRunDefaultImpl failed; no events or keepalives from now on");
        } finally {
            running = false;
        }
    }
}
