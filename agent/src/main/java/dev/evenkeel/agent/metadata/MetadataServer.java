package dev.evenkeel.agent.metadata;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers VMs on one listening socket. One thread serves all of them, because a thousand that hang on a request shall cost
 * a thousand small objects and nothing more; what may wait for a disk is done by a second one. It never opens a connection.
 */
public final class MetadataServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataServer.class);
    private static final Duration SWEEP = Duration.ofMillis(200);
    /** Held answers change with time too, not only with what the server says. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private static final int MOST_PER_VM = 16;
    private static final int MOST_AT_ONCE = 20_000;
    private static final int BUFFER = 32 << 10;
    private static final int BACKLOG = 1024;

    private final ServerSocketChannel listening;
    private final Function<InetAddress, Optional<GuestVm>> peers;
    private final Clouds clouds;
    private final GuestDocuments documents;
    private final Runnable listener = this::changed;
    private final Selector selector;
    private final Thread thread;
    private final ExecutorService disk;
    private final Queue<Runnable> done = new ConcurrentLinkedQueue<>();
    private volatile boolean changed;
    private volatile boolean closed;
    // The rest is used by the serving thread only.
    private final Map<String, ArrayDeque<Conversation>> open = new HashMap<>();
    private final Allowances allowances = new Allowances();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private int count;
    private long lastSweep = System.nanoTime();
    private long lastLook = lastSweep;

    private MetadataServer(
            ServerSocketChannel listening,
            Function<InetAddress, Optional<GuestVm>> peers,
            Clouds clouds,
            GuestDocuments documents)
            throws IOException {
        this.documents = documents;
        this.listening = listening;
        this.peers = peers;
        this.clouds = clouds;
        this.selector = Selector.open();
        this.thread = Thread.ofPlatform().daemon().name("metadata").unstarted(this::run);
        this.disk = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("metadata-approvals").factory());
        listening.configureBlocking(false);
        listening.register(selector, SelectionKey.OP_ACCEPT);
    }

    /**
     * Serves a socket until this is closed, which closes the socket.
     *
     * @param listening bound
     * @param peers who is at an address now; asked with every request, so it must be quick
     * @param directory where the key of session tokens lies
     */
    public static MetadataServer start(
            ServerSocketChannel listening,
            Function<InetAddress, Optional<GuestVm>> peers,
            GuestDocuments documents,
            Path directory,
            InstantSource clock)
            throws IOException {
        SessionTokens tokens = SessionTokens.open(directory.resolve("tokens.key"), new SecureRandom(), clock);
        Clouds clouds = new Clouds(
                new AzureEvents(documents), new AwsEvents(documents, tokens), new GceEvents(documents, clock));
        MetadataServer server = new MetadataServer(listening, peers, clouds, documents);
        documents.onChange(server.listener);
        server.thread.start();
        return server;
    }

    /** How a socket for it is bound. */
    public static ServerSocketChannel bind(InetSocketAddress address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, BACKLOG);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void changed() {
        changed = true;
        wake();
    }

    /** Not a closed selector: that is an error. */
    private void wake() {
        synchronized (selector) {
            if (selector.isOpen()) {
                selector.wakeup();
            }
        }
    }

    private void run() {
        while (!closed) {
            try {
                selector.select(key -> handle(key, System.nanoTime()), SWEEP.toMillis());
                for (Runnable finished = done.poll(); finished != null; finished = done.poll()) {
                    finished.run();
                }
                sweep(System.nanoTime());
            } catch (IOException | RuntimeException e) {
                LOG.error("serving VMs goes on after a failure", e);
            }
        }
        selector.keys().forEach(key -> {
            if (key.attachment() instanceof Conversation conversation) {
                conversation.close();
            }
        });
    }

    private void handle(SelectionKey key, long now) {
        if (!key.isValid()) {
            return;
        }
        if (key.isAcceptable()) {
            accept(now);
            return;
        }
        Conversation conversation = (Conversation) key.attachment();
        try {
            if (key.isReadable() && !conversation.read(buffer, now)) {
                end(conversation);
                return;
            }
            if (key.isValid() && key.isWritable()) {
                conversation.write(now);
            }
            converse(conversation, now);
        } catch (IOException e) {
            end(conversation);
        }
    }

    private void accept(long now) {
        try {
            for (SocketChannel channel = listening.accept(); channel != null; channel = listening.accept()) {
                if (count >= MOST_AT_ONCE) {
                    channel.close();
                    continue;
                }
                welcome(channel, now);
            }
        } catch (IOException e) {
            LOG.debug("a connection went away before it was taken", e);
        }
    }

    private void welcome(SocketChannel channel, long now) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        InetAddress peer = ((InetSocketAddress) channel.getRemoteAddress()).getAddress();
        String who = peers.apply(peer).map(vm -> vm.id().value()).orElseGet(peer::getHostAddress);
        ArrayDeque<Conversation> siblings = open.computeIfAbsent(who, w -> new ArrayDeque<>(2));
        if (siblings.size() >= MOST_PER_VM) {
            end(siblings.getFirst()); // the oldest: a client that is gone cannot keep the VM out
        }
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        Conversation conversation = new Conversation(channel, key, who, now);
        key.attach(conversation);
        open.computeIfAbsent(who, w -> new ArrayDeque<>(2)).add(conversation);
        count++;
    }

    private void end(Conversation conversation) {
        conversation.close();
        ArrayDeque<Conversation> siblings = open.get(conversation.who);
        if (siblings != null && siblings.remove(conversation)) {
            count--;
            if (siblings.isEmpty()) {
                open.remove(conversation.who);
            }
        }
    }

    /** Answers as many whole requests as there are. */
    private void converse(Conversation conversation, long now) throws IOException {
        for (var parsed = conversation.next(); parsed != null; parsed = conversation.next()) {
            switch (parsed) {
                case HttpParser.Parsed.Bad bad ->
                    conversation.send(HttpAnswer.text(bad.status(), bad.why() + "\n"), true, now);
                case HttpParser.Parsed.Whole whole -> reply(conversation, whole.request(), now);
                case HttpParser.Parsed.Unfinished more -> {
                    return;
                }
            }
        }
    }

    private void reply(Conversation conversation, HttpRequest request, long now) throws IOException {
        InetAddress peer = ((InetSocketAddress) conversation.channel.getRemoteAddress()).getAddress();
        Optional<GuestVm> vm = peers.apply(peer);
        if (vm.isEmpty()) {
            conversation.send(
                    HttpAnswer.text(403, "no VM of this host is at " + peer.getHostAddress() + "\n"), true, now);
            return;
        }
        if (!allowances.take(vm.get().id().value(), now)) {
            conversation.send(HttpAnswer.text(429, "ask less often\n").with("Retry-After", "1"), false, now);
            return;
        }
        Reply reply;
        try {
            reply = clouds.answer(vm.get(), request);
        } catch (RuntimeException e) {
            LOG.error("a request of VM {} failed: {} {}", vm.get().id(), request.method(), request.path(), e);
            reply = Reply.now(HttpAnswer.text(500, "the agent's log tells more\n"));
        }
        switch (reply) {
            case Reply.Now said -> conversation.send(said.answer(), false, now);
            case Reply.Held held -> {
                Optional<HttpAnswer> ready = held.look().get();
                if (ready.isPresent()) {
                    conversation.send(ready.get(), false, now);
                } else {
                    conversation.held = held;
                    conversation.deadline = now + held.most().toNanos();
                }
            }
            case Reply.Aside aside -> {
                conversation.busy = true;
                disk.execute(() -> work(conversation, aside));
            }
        }
    }

    private void work(Conversation conversation, Reply.Aside aside) {
        HttpAnswer answer;
        try {
            answer = aside.work().call();
        } catch (Exception e) {
            LOG.error("a request of VM {} failed", conversation.who, e);
            answer = HttpAnswer.text(500, "the agent's log tells more\n");
        }
        HttpAnswer result = answer;
        done.add(() -> {
            if (conversation.busy) {
                say(conversation, result, System.nanoTime());
            }
        });
        wake();
    }

    private void say(Conversation conversation, HttpAnswer answer, long now) {
        try {
            conversation.send(answer, false, now);
            converse(conversation, now);
        } catch (IOException e) {
            end(conversation);
        }
    }

    /** Ends what took too long, and says what there is to say now. */
    private void sweep(long now) {
        boolean news = changed;
        changed = false;
        boolean look = news || now - lastLook >= LOOK_AGAIN.toNanos();
        if (!news && now - lastSweep < SWEEP.toNanos()) {
            return;
        }
        lastSweep = now;
        if (look) {
            lastLook = now;
        }
        List<Conversation> all = new ArrayList<>(count);
        open.values().forEach(all::addAll);
        for (Conversation conversation : all) {
            sweep(conversation, look, now);
        }
    }

    private void sweep(Conversation conversation, boolean look, long now) {
        Reply.@Nullable Held held = conversation.held;
        boolean late = now - conversation.deadline >= 0 && !conversation.busy;
        if (held != null) {
            Optional<HttpAnswer> ready = look ? held.look().get() : Optional.empty();
            if (ready.isPresent() || late) {
                say(conversation, ready.orElseGet(held.otherwise()), now);
            }
        } else if (late) {
            end(conversation);
        }
    }

    /** Hangs up on everybody. */
    @Override
    public void close() {
        closed = true;
        wake();
        documents.forget(listener);
        try {
            thread.join(Duration.ofSeconds(2));
            listening.close();
            synchronized (selector) {
                selector.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("the socket did not close", e);
        }
        disk.shutdown();
    }
}
