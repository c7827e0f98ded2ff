package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.DomainEvent;
import dev.evenkeel.agent.libvirt.LibvirtException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The connections to both daemons of one move, opened again when they break, and what they told of the VM. */
public final class Ends implements AutoCloseable {
    private static final Duration OPENING = Duration.ofSeconds(8);

    private final UUID vm;
    private final End source;
    private final End destination;

    public Ends(UUID vm, Daemons daemons, String destinationUri, BlockingCalls calls) {
        this.vm = vm;
        this.source = new End("opening this host's daemon", daemons::local, calls);
        this.destination = new End("opening " + destinationUri, () -> daemons.at(destinationUri), calls);
    }

    /** The daemon of this host. @throws LibvirtException when it does not answer */
    public Connection source() {
        return source.get();
    }

    /** The daemon of the destination. @throws LibvirtException when it does not answer */
    public Connection destination() {
        return destination.get();
    }

    public EndView lookAtSource() {
        return EndView.look(source.find(), vm);
    }

    public EndView lookAtDestination() {
        return EndView.look(destination.find(), vm);
    }

    public List<DomainEvent> heardAtSource() {
        return List.copyOf(source.heard);
    }

    public List<DomainEvent> heardAtDestination() {
        return List.copyOf(destination.heard);
    }

    @Override
    public void close() {
        source.close();
        destination.close();
    }

    private final class End implements AutoCloseable {
        private final String what;
        private final Supplier<Connection> opener;
        private final BlockingCalls calls;
        private final List<DomainEvent> heard = new CopyOnWriteArrayList<>();
        private @Nullable Connection connection;

        End(String what, Supplier<Connection> opener, BlockingCalls calls) {
            this.what = what;
            this.opener = opener;
            this.calls = calls;
        }

        synchronized Connection get() {
            if (connection != null && connection.isAlive()) {
                return connection;
            }
            close();
            Connection fresh = open();
            fresh.listen(event -> {
                if (event.id().equals(vm)) {
                    heard.add(event);
                }
            });
            connection = fresh;
            return fresh;
        }

        /** A daemon that answers only after we have stopped waiting must not leave an open connection behind. */
        private Connection open() {
            AtomicReference<String> whose = new AtomicReference<>("opening");
            try {
                return calls.call(what, OPENING, () -> {
                    Connection opened = opener.get();
                    if (!whose.compareAndSet("opening", "ours")) {
                        opened.close();
                    }
                    return opened;
                });
            } catch (LibvirtException e) {
                whose.compareAndSet("opening", "nobody's");
                throw e;
            }
        }

        synchronized Optional<Connection> find() {
            try {
                return Optional.of(get());
            } catch (LibvirtException e) {
                return Optional.empty();
            }
        }

        @Override
        public synchronized void close() {
            if (connection != null) {
                connection.close();
                connection = null;
            }
        }
    }
}
