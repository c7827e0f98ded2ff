package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of our own, and its supervisor: it creates the database on first use, replaces a server that a killed
 * run left behind, starts a server that died again, and shuts it down cleanly on {@link #close}.
 *
 * <p>It listens on 127.0.0.1 of the network namespace that we run in, on a port that was free. When it dies it is
 * started again at once, then with growing pauses while that fails; {@link #trouble} says why it is down.
 */
public final class EmbeddedPostgres implements Database {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int PORTS_TO_TRY = 5;

    private final PostgresPlace place;
    private final PostgresInstall install;
    private final RunAs user;
    private final View view;
    private final SupervisorLock lock;
    private final ScheduledExecutorService supervisor = new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name("postgres-supervisor").factory(),
            new ThreadPoolExecutor.DiscardPolicy()); // what comes after close has nothing left to do

    private final Object starting = new Object();
    private volatile Identity identity;
    private volatile @Nullable String trouble = "not started yet";
    private volatile boolean closed;
    private @Nullable Postmaster postmaster;
    private Duration pause = FIRST_PAUSE;

    private EmbeddedPostgres(
            PostgresPlace place,
            PostgresInstall install,
            RunAs user,
            View view,
            Identity identity,
            SupervisorLock lock) {
        this.place = place;
        this.install = install;
        this.user = user;
        this.view = view;
        this.identity = identity;
        this.lock = lock;
    }

    /**
     * Starts the database of this place, creating it if there is none.
     *
     * @throws PostgresTrouble when it cannot be started, with the remedy; nothing is left running then
     */
    public static EmbeddedPostgres start(PostgresPlace place) throws PostgresTrouble {
        long begun = System.nanoTime();
        try {
            Files.createDirectories(place.server());
        } catch (IOException e) {
            throw Complaint.of("making the directory " + place.server(), e);
        }
        SupervisorLock lock = SupervisorLock.take(place.lock());
        EmbeddedPostgres started = null;
        try {
            started = prepare(place, lock);
            started.launch();
            LOG.info(
                    "PostgreSQL {} is ready on 127.0.0.1:{} after {} ms, data in {}",
                    started.install,
                    started.port(),
                    Duration.ofNanos(System.nanoTime() - begun).toMillis(),
                    place.data());
            return started;
        } catch (IOException e) {
            if (started != null) {
                started.close();
            } else {
                lock.close();
            }
            throw Complaint.of("starting PostgreSQL", e);
        }
    }

    private static EmbeddedPostgres prepare(PostgresPlace place, SupervisorLock lock) throws IOException {
        DataDirectory directory = new DataDirectory(place);
        var major = directory.major();
        RunAs user = directory.user();
        PostgresInstall install = place.finder().find(major, place.data(), place.cache());
        user.makePrivateDirectory(place.home());
        user.makePrivateDirectory(place.sockets());
        View view = View.choose(place.home(), install, user);
        Optional<Identity> known = Identity.read(place.identity());
        Identity identity = known.orElseGet(Identity::fresh);
        if (known.isEmpty()) {
            identity.write(place.identity());
        }
        if (major.isEmpty()) {
            directory.create(install, user, view, identity);
        }
        return new EmbeddedPostgres(place, install, user, view, identity, lock);
    }

    /**
     * Stops a server that a killed run left behind on this state directory; for cleaning up without starting anything.
     *
     * @throws PostgresTrouble when it does not end, or a live supervisor guards it
     */
    public static void stopLeftover(Path state) throws PostgresTrouble {
        PostgresPlace place = PostgresPlace.under(state);
        if (!Files.isDirectory(place.data())) {
            return;
        }
        try (var held = SupervisorLock.take(place.lock())) {
            Leftovers.clear(place.data());
        }
    }

    private void launch() throws IOException {
        synchronized (starting) {
            clearTheWay();
            Postmaster started = startOnFreePort();
            try (Connection connection = connector().connectOrCreate(Identity.DATABASE)) {
                LOG.debug("Logged in to {}", connection.getMetaData().getURL());
            } catch (SQLException e) {
                started.stop();
                throw OperatorDatabase.explain(describe(), e);
            }
            postmaster = started;
            trouble = null;
            pause = FIRST_PAUSE;
            started.handle().onExit().thenRun(() -> supervisor.execute(this::ended));
        }
    }

    private void clearTheWay() throws IOException {
        Leftovers.clear(place.data());
        // the lock files of sockets name pids too, which may be zombies or other programs by now
        FileTree.empty(place.sockets());
    }

    private Postmaster startOnFreePort() throws IOException {
        PostgresTrouble last = null;
        for (int attempt = 0; attempt < PORTS_TO_TRY; attempt++) {
            int port = Ports.free(last == null ? identity.port() : 0);
            if (port != identity.port()) {
                identity = identity.at(port);
                identity.write(place.identity());
            }
            try {
                return Postmaster.start(place, view, user, port, () -> closed);
            } catch (PostgresTrouble e) {
                if (e.code() != Code.PORT_TAKEN) {
                    throw e;
                }
                last = e; // somebody took it between our look and its bind
            }
        }
        throw last == null ? new PostgresTrouble(Code.PORT_TAKEN, "no port tried") : last;
    }

    private void ended() {
        Postmaster dead = postmaster;
        if (closed || dead == null) {
            return;
        }
        trouble = Complaint.of("keeping PostgreSQL running", dead.words()).why();
        LOG.error("PostgreSQL ended by itself; starting it again. {}", trouble);
        restart();
    }

    private void restart() {
        if (closed) {
            return;
        }
        try {
            launch();
            LOG.info("PostgreSQL runs again on 127.0.0.1:{}", port());
        } catch (IOException e) {
            trouble = String.valueOf(e.getMessage());
            LOG.error("PostgreSQL does not start; trying again in {} ms. {}", pause.toMillis(), trouble);
            supervisor.schedule(this::restart, pause.toMillis(), TimeUnit.MILLISECONDS);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private Connector connector() {
        return Connector.to("127.0.0.1", port(), Identity.USER, identity.password());
    }

    @Override
    public Connection connect() throws SQLException {
        return connector().connect(Identity.DATABASE);
    }

    @Override
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** The TCP port on 127.0.0.1; it can change when the server has to be started again. */
    public int port() {
        return identity.port();
    }

    /** The pid of the server process; empty while it is down. */
    public Optional<Long> pid() {
        synchronized (starting) {
            return Optional.ofNullable(postmaster)
                    .filter(it -> it.handle().isAlive())
                    .map(it -> it.handle().pid());
        }
    }

    @Override
    public String describe() {
        return "PostgreSQL " + install.version() + " of our own, data in " + place.data()
                + " (psql \"host=127.0.0.1 port=" + port() + " user=" + Identity.USER + " dbname=" + Identity.DATABASE
                + "\", password in " + place.identity() + ")";
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true; // a start in progress sees this and gives up
        supervisor.shutdown();
        synchronized (starting) {
            if (postmaster != null && postmaster.handle().isAlive()) {
                postmaster.stop();
                LOG.info("PostgreSQL is shut down");
            }
            postmaster = null;
            trouble = "shut down";
            try {
                clearTheWay(); // children of a server that was killed just before end a little later
            } catch (IOException e) {
                LOG.warn("PostgreSQL left something behind: {}", e.getMessage());
            }
        }
        lock.close();
    }
}
