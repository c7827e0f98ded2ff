package dev.evenkeel.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A thousand VMs: each polls once a second on one connection, at its own moment, and waits for a change on another. */
final class MetadataLoad implements AutoCloseable {
    private static final String POLL =
            "GET /metadata/scheduledevents?api-version=2020-07-01 HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n\r\n";
    private static final String TAG =
            "GET /computeMetadata/v1/instance/maintenance-event HTTP/1.1\r\nHost: x\r\nMetadata-Flavor: Google\r\n\r\n";
    private static final String WAIT =
            "GET /computeMetadata/v1/instance/maintenance-event?wait_for_change=true&timeout_sec=3000&last_etag=%s HTTP/1.1\r\n"
                    + "Host: x\r\nMetadata-Flavor: Google\r\n\r\n";
    private static final int PATIENCE_MILLIS = 30_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int vms;
    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> taken = new ConcurrentLinkedQueue<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final CountDownLatch waiting;
    private final CountDownLatch heard;
    private volatile boolean measuring;
    private volatile boolean over;

    MetadataLoad(int vms, int port) {
        this.vms = vms;
        this.port = port;
        this.waiting = new CountDownLatch(vms);
        this.heard = new CountDownLatch(vms);
    }

    /** All begin; returns when each waits for a change. */
    void begin() throws IOException, InterruptedException {
        long now = System.nanoTime();
        for (int n = 0; n < vms; n++) {
            String address = MetadataTarget.address(n);
            long first = now + SECOND + SECOND * n / vms;
            threads.add(Thread.startVirtualThread(() -> poll(address, first)));
            threads.add(Thread.startVirtualThread(() -> await(address)));
        }
        if (!waiting.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IOException(waiting.getCount() + " of " + vms + " VMs could not begin to wait");
        }
    }

    private void poll(String address, long first) {
        try (Socket socket = connect(address)) {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1024);
            for (long at = first; !over; at += SECOND) {
                TimeUnit.NANOSECONDS.sleep(at - System.nanoTime());
                boolean counts = measuring;
                long began = System.nanoTime();
                socket.getOutputStream().write(POLL.getBytes(StandardCharsets.US_ASCII));
                answer(in);
                if (counts) {
                    taken.add(System.nanoTime() - began);
                }
            }
        } catch (IOException e) {
            if (!over) {
                failures.incrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is over
        }
    }

    private void await(String address) {
        try (Socket socket = connect(address)) {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1024);
            socket.getOutputStream().write(TAG.getBytes(StandardCharsets.US_ASCII));
            String tag = answer(in);
            socket.setSoTimeout(0);
            socket.getOutputStream().write(WAIT.formatted(tag).getBytes(StandardCharsets.US_ASCII));
            waiting.countDown();
            answer(in);
            heard.countDown();
        } catch (IOException e) {
            if (!over) {
                failures.incrementAndGet();
            }
        }
    }

    private Socket connect(String address) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port, InetAddress.getByName(address), 0);
        sockets.add(socket);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Reads one answer; its tag. */
    private static String answer(InputStream in) throws IOException {
        int length = 0;
        String tag = "";
        String status = line(in);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            } else if (line.regionMatches(true, 0, "etag:", 0, 5)) {
                tag = line.substring(5).strip();
            }
        }
        in.skipNBytes(length);
        if (!status.contains(" 200")) {
            throw new IOException(status);
        }
        return tag;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    /** From now on answers are timed. */
    void measure() {
        measuring = true;
    }

    /** How long each answer took, ms, ascending. */
    List<Double> millis() {
        return taken.stream().map(nanos -> nanos / 1e6).sorted().toList();
    }

    int failures() {
        return failures.get();
    }

    /** Waits until every VM has heard of a change. */
    boolean allHeard(Duration patience) throws InterruptedException {
        return heard.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws IOException {
        over = true;
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.forEach(Thread::interrupt);
    }
}
