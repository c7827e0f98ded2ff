package dev.evenkeel.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A way to a port of the loopback on which the first words of each connection take their time, as on a host without a free CPU. */
final class SlowStart implements AutoCloseable {
    private final ServerSocket here = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final int port;
    private final Duration delay;

    private SlowStart(int port, Duration delay) throws IOException {
        this.port = port;
        this.delay = delay;
    }

    static SlowStart to(int port, Duration delay) throws IOException {
        SlowStart way = new SlowStart(port, delay);
        Thread.ofVirtual().start(way::accept);
        return way;
    }

    URI uri() {
        return URI.create("https://127.0.0.1:" + here.getLocalPort());
    }

    /** How many were made. */
    int connections() {
        return connections.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket from = here.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> join(from));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void join(Socket from) {
        try (from;
                Socket to = new Socket(InetAddress.getLoopbackAddress(), port)) {
            if (closing.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            Thread back = Thread.ofVirtual().start(() -> copy(to, from));
            copy(from, to);
            back.join();
        } catch (IOException | InterruptedException e) {
            // one end is gone
        }
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one end is gone
        }
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        here.close();
    }
}
