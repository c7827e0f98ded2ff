package dev.evenkeel.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.agent.metadata.GuestDocuments;
import dev.evenkeel.agent.metadata.GuestVm;
import dev.evenkeel.agent.metadata.MetadataServer;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.wire.link.Documents;
import dev.evenkeel.wire.link.VmDocument;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/**
 * The process that {@link MetadataBench} asks: ours, or a server of the JDK's that answers every VM with the same bytes from
 * a virtual thread. Arguments: {@code ours} or {@code rival}, a directory, a port, the number of VMs. It says {@code ready};
 * a line on its standard input gives those who wait for a change an answer, and its end is the end.
 */
final class MetadataTarget {
    private static final int BACKLOG = 4096;

    private MetadataTarget() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[2]);
        int vms = Integer.parseInt(args[3]);
        Runnable change = args[0].equals("ours") ? ours(Path.of(args[1]), port, vms) : rival(port);
        System.out.println("ready");
        for (int b = System.in.read(); b >= 0; b = System.in.read()) {
            if (b == '\n') {
                change.run();
            }
        }
        System.exit(0);
    }

    /** The loopback address from which VM number {@code n} asks. */
    static String address(int n) {
        return "127.1." + n / 250 + "." + (n % 250 + 1);
    }

    private static Runnable ours(Path directory, int port, int vms) throws IOException {
        GuestDocuments documents = new GuestDocuments(directory, InstantSource.system());
        Map<InetAddress, GuestVm> byAddress = new HashMap<>();
        for (int n = 0; n < vms; n++) {
            byAddress.put(InetAddress.getByName(address(n)), new GuestVm(new VmId("vm-" + n), "vm-" + n));
        }
        documents.take(told("first", vms, false));
        MetadataServer.start(
                MetadataServer.bind(new InetSocketAddress("127.0.0.1", port)),
                peer -> Optional.ofNullable(byAddress.get(peer)),
                documents,
                directory,
                InstantSource.system());
        return () -> documents.take(told("second", vms, true));
    }

    private static Documents told(String stamp, int vms, boolean started) {
        List<VmDocument> all = new ArrayList<>();
        for (int n = 0; n < vms; n++) {
            ScheduledEvent event = new ScheduledEvent(
                    new EventId("e-" + n),
                    EventKind.FREEZE,
                    List.of(new VmId("vm-" + n)),
                    started,
                    Instant.parse("2031-01-21T09:00:43Z"),
                    Duration.ofSeconds(1),
                    "The host gets a new kernel.",
                    false);
            all.add(new VmDocument(
                    new VmId("vm-" + n),
                    started ? 3 : 2,
                    List.of(new VmDocument.Told(event, List.of("vm-" + n))),
                    List.of()));
        }
        return new Documents(stamp, all);
    }

    private static Runnable rival(int port) throws IOException {
        CountDownLatch changed = new CountDownLatch(1);
        byte[] constant = ("{\"DocumentIncarnation\":2,\"Events\":[" + " ".repeat(250) + "]}")
                .getBytes(StandardCharsets.US_ASCII);
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), BACKLOG);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, constant, changed));
        server.start();
        return changed::countDown;
    }

    private static void answer(HttpExchange exchange, byte[] constant, CountDownLatch changed) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        if (query != null && query.contains("wait_for_change")) {
            try {
                changed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.getResponseHeaders().add("ETag", "2");
        exchange.sendResponseHeaders(200, constant.length);
        try (var body = exchange.getResponseBody()) {
            body.write(constant);
        }
    }
}
