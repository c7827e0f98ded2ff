package dev.evenkeel.agent.metadata;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.wire.link.Documents;
import dev.evenkeel.wire.link.VmDocument;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A service on the loopback: 127.0.0.1 is VM {@code v1}, named web-1; 127.0.0.2 is {@code v2}, web-2; others are nobody. */
final class Guests implements AutoCloseable {
    static final VmId V1 = new VmId("v1");
    static final VmId V2 = new VmId("v2");
    static final Instant SOON = Instant.parse("2016-09-19T18:29:47Z");
    private static final Map<String, GuestVm> VMS =
            Map.of("127.0.0.1", new GuestVm(V1, "web-1"), "127.0.0.2", new GuestVm(V2, "web-2"));

    final GuestDocuments documents;
    private final MetadataServer server;
    private final int port;
    private Instant now = SOON.minus(Duration.ofMinutes(15));
    private int stamps;

    Guests(Path directory) throws IOException {
        InstantSource clock = () -> now;
        documents = new GuestDocuments(directory, clock);
        ServerSocketChannel socket = MetadataServer.bind(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0));
        port = socket.socket().getLocalPort();
        server = MetadataServer.start(
                socket, peer -> Optional.ofNullable(VMS.get(peer.getHostAddress())), documents, directory, clock);
    }

    void at(Instant moment) {
        now = moment;
    }

    Instant now() {
        return now;
    }

    int port() {
        return port;
    }

    /** The server says what the VMs are told. */
    void told(VmDocument... all) {
        documents.take(new Documents("s" + stamps++, List.of(all)));
    }

    static ScheduledEvent event(String id, EventKind kind, boolean started, @Nullable Duration lasts) {
        return new ScheduledEvent(
                new EventId(id), kind, List.of(V1), started, SOON, lasts, "The host gets a new kernel.", false);
    }

    /** What web-1 is told about itself. */
    static VmDocument document(long incarnation, ScheduledEvent... events) {
        return new VmDocument(
                V1,
                incarnation,
                List.of(events).stream()
                        .map(e -> new VmDocument.Told(e, List.of("web-1")))
                        .toList(),
                List.of());
    }

    Exchange ask() throws IOException {
        return ask("127.0.0.1");
    }

    Exchange ask(String from) throws IOException {
        return Exchange.open(from, port);
    }

    @Override
    public void close() {
        server.close();
    }
}
