package dev.evenkeel.agent.link;

import dev.evenkeel.agent.join.Identity;
import dev.evenkeel.agent.packages.PayloadSource;
import dev.evenkeel.wire.tuf.Refresh;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** The client to use now: a renewed certificate means a new one, while the old one ends what it has begun. */
public final class GatewayClients implements Supplier<GatewayClient>, PayloadSource, Refresh.Source, AutoCloseable {
    private final AtomicReference<GatewayClient> current;

    public GatewayClients(Identity identity) throws GeneralSecurityException, IOException {
        current = new AtomicReference<>(new GatewayClient(identity.server(), identity.tls()));
    }

    @Override
    public GatewayClient get() {
        return current.get();
    }

    @Override
    public InputStream open(String sha256, long from) {
        return get().open(sha256, from);
    }

    @Override
    public Optional<byte[]> file(String name, int most) throws IOException {
        return get().file(name, most);
    }

    /** From now on this identity is shown. */
    public void renewed(Identity identity) throws GeneralSecurityException, IOException {
        current.getAndSet(new GatewayClient(identity.server(), identity.tls())).retire();
    }

    @Override
    public void close() {
        get().close();
    }
}
