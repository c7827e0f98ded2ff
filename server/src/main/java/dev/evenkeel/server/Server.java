package dev.evenkeel.server;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Engine;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.rollout.Deciders;
import dev.evenkeel.core.window.Assignments;
import dev.evenkeel.core.window.Windows;
import dev.evenkeel.server.access.ApiTokens;
import dev.evenkeel.server.access.SignIns;
import dev.evenkeel.server.api.AccessApi;
import dev.evenkeel.server.api.CatalogueApi;
import dev.evenkeel.server.api.ExemptionsApi;
import dev.evenkeel.server.api.HostsApi;
import dev.evenkeel.server.api.LedgerApi;
import dev.evenkeel.server.api.MaintenanceApi;
import dev.evenkeel.server.api.PayloadsApi;
import dev.evenkeel.server.api.PlansApi;
import dev.evenkeel.server.api.RolloutsApi;
import dev.evenkeel.server.api.RunDesk;
import dev.evenkeel.server.api.RunViews;
import dev.evenkeel.server.api.RunsApi;
import dev.evenkeel.server.api.ScheduledEventsApi;
import dev.evenkeel.server.api.StoredAnswers;
import dev.evenkeel.server.api.TokensApi;
import dev.evenkeel.server.api.Trouble;
import dev.evenkeel.server.api.UpdatesApi;
import dev.evenkeel.server.api.VmSettings;
import dev.evenkeel.server.api.VmsApi;
import dev.evenkeel.server.api.WindowPreviews;
import dev.evenkeel.server.api.WindowsApi;
import dev.evenkeel.server.catalogue.SignedCatalogue;
import dev.evenkeel.server.events.EventsApi;
import dev.evenkeel.server.events.NoticeFeed;
import dev.evenkeel.server.exempt.ExemptionBook;
import dev.evenkeel.server.exempt.OverdueUpdates;
import dev.evenkeel.server.fleet.Catalogue;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.fleet.LearnedPauses;
import dev.evenkeel.server.fleet.OwnersBook;
import dev.evenkeel.server.gateway.Deliveries;
import dev.evenkeel.server.gateway.Enrolment;
import dev.evenkeel.server.gateway.Gateway;
import dev.evenkeel.server.gateway.Manifests;
import dev.evenkeel.server.gateway.OrderDesk;
import dev.evenkeel.server.gateway.ProgressBoard;
import dev.evenkeel.server.gateway.Reports;
import dev.evenkeel.server.http.Dispatcher;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.http.Tokens;
import dev.evenkeel.server.http.Veil;
import dev.evenkeel.server.loop.Shards;
import dev.evenkeel.server.loop.Upkeep;
import dev.evenkeel.server.notice.Approvals;
import dev.evenkeel.server.notice.EventSource;
import dev.evenkeel.server.notice.RunNotices;
import dev.evenkeel.server.notice.VmDocuments;
import dev.evenkeel.server.observe.DiskSpace;
import dev.evenkeel.server.observe.Health;
import dev.evenkeel.server.observe.Metrics;
import dev.evenkeel.server.observe.OperationApi;
import dev.evenkeel.server.payload.PayloadStore;
import dev.evenkeel.server.trust.CertificateAuthority;
import dev.evenkeel.server.window.WindowBook;
import dev.evenkeel.store.PgRunStore;
import dev.evenkeel.store.PgStore;
import dev.evenkeel.store.PoolSettings;
import dev.evenkeel.store.postgres.Database;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** A server: the one visible list of its parts, made in the order in which they need each other. */
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final Bytes LARGEST_PAYLOAD = Bytes.ofMiB(4096);
    private static final Duration UPKEEP_EVERY = Duration.ofDays(1);
    private static final Duration WINDOWS_LOOK_EVERY = Duration.ofSeconds(30);
    private static final Duration OVERDUE_LOOK_EVERY = Duration.ofSeconds(10);
    private static final Duration EXEMPTIONS_LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration RENEWAL_EVERY = Duration.ofHours(1);
    private static final Duration DOCUMENTS_LOOK_EVERY = Duration.ofMillis(500);
    static final Duration FEED_LOOKS_EVERY = Duration.ofMillis(200);

    private final Closing closing;
    private final Tokens tokens;
    private final Listeners listeners;
    private final List<Route> routes;

    private Server(Closing closing, Tokens tokens, Listeners listeners, List<Route> routes) {
        this.closing = closing;
        this.tokens = tokens;
        this.listeners = listeners;
        this.routes = routes;
    }

    /**
     * Starts a server. When a part cannot be had, those before it are closed again.
     *
     * @throws IOException when the state directory or a port cannot be used, saying why
     * @throws dev.evenkeel.store.postgres.PostgresTrouble when there is no usable database, with the remedy
     */
    public static Server start(ServerSettings settings, Map<String, String> environment)
            throws IOException, GeneralSecurityException {
        return start(settings, environment, null, null);
    }

    /**
     * Starts a server that tells VMs of other events than those of host runs.
     *
     * @param others these events, or null
     * @param hears what VMs approve, or null for the host runs
     * @throws IOException and {@link dev.evenkeel.store.postgres.PostgresTrouble} as above
     */
    public static Server start(
            ServerSettings settings,
            Map<String, String> environment,
            @Nullable EventSource others,
            @Nullable Approvals hears)
            throws IOException, GeneralSecurityException {
        Closing closing = new Closing();
        try {
            return assemble(settings, environment, others, hears, closing);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    private static Server assemble(
            ServerSettings settings,
            Map<String, String> environment,
            @Nullable EventSource others,
            @Nullable Approvals hears,
            Closing closing)
            throws IOException, GeneralSecurityException {
        SecureRandom random = new SecureRandom();
        TimeSource time = Instant::now;

        // what is on disk
        StateLock lock = closing.before(StateLock.take(settings.directory(), random));
        Tokens tokens = Tokens.open(settings.directory(), random);
        CertificateAuthority authority =
                CertificateAuthority.open(settings.directory().resolve("ca"), InstantSource.system(), random);
        PayloadStore payloads = PayloadStore.open(settings.directory().resolve("payloads"), LARGEST_PAYLOAD);
        SignedCatalogue signed =
                SignedCatalogue.open(settings.directory().resolve("catalogue"), InstantSource.system());
        Database database = closing.before(Database.open(settings.databaseUrl(), settings.state(), environment));
        PgStore store = closing.before(PgStore.open(database, PoolSettings.DEFAULT));
        PgRunStore runs = store.runs();

        // what is known
        OwnersBook owners = new OwnersBook(store.ownerSettings(), time);
        FleetRegistry registry = new FleetRegistry(store.hosts(), runs::holds, time, settings.silence(), owners);
        Catalogue catalogue = new Catalogue(store.updates());
        LearnedPauses pauses = LearnedPauses.from(runs);
        ProgressBoard progress = new ProgressBoard();
        WindowBook windows = new WindowBook(store.windows());
        ExemptionBook exemptions = new ExemptionBook(
                store.exemptions(),
                id -> registry.snapshot(time.now()).vm(id).map(Vm::name).orElse(id.value()));
        Metrics metrics = new Metrics();

        // what turns
        Deliveries deliveries = new Deliveries();
        Shards shards = closing.before(new Shards(
                runs,
                lock.name(),
                settings.loops(),
                time,
                lease -> new Engine(
                        runs,
                        new Deciders(),
                        deliveries,
                        now -> world(now, registry.snapshot(now), pauses, catalogue, windows.assignments())
                                .exempting(exemptions.exemptions()),
                        time,
                        lease,
                        Server::broken)));
        closing.before(new Upkeep("upkeep of the database", UPKEEP_EVERY, store::upkeep));
        closing.before(new Upkeep("look at what other servers wrote of windows", WINDOWS_LOOK_EVERY, windows::refresh));
        OverdueUpdates overdue =
                new OverdueUpdates(exemptions, store.updates(), registry::snapshot, pauses, catalogue, time);
        closing.before(new Upkeep("look at exemptions", EXEMPTIONS_LOOK_EVERY, () -> exemptions.look(time.now())));
        closing.before(new Upkeep("look for updates that exemptions make late", OVERDUE_LOOK_EVERY, overdue::look));
        closing.before(new Upkeep("renewal of the catalogue's timestamp", RENEWAL_EVERY, signed::renew));
        registry.shards().forEach(shards::lead);
        DiskSpace disk = new DiskSpace(settings.directory());
        Health health =
                new Health(shards::stillness, shards::notLed, store::newestNotice, database::trouble, disk::trouble);
        metrics.watch(registry, store, shards::stillness, time);

        // what VMs are told inside
        RunNotices notices = new RunNotices(runs, shards, registry::snapshot, time);
        EventSource events = others == null ? notices : others;
        Approvals approvals = hears == null ? notices : hears;
        VmDocuments documents =
                new VmDocuments(events, registry::snapshot, shards::lease, store.vmDocuments(), time, deliveries::ring);
        closing.before(new Upkeep("look at what VMs are told", DOCUMENTS_LOOK_EVERY, documents::look));

        // what is told outside
        Veil veil = new Veil(store.sharedSecret("veil", secret(random)));
        Outside outside = Outside.start(
                settings, store, notices, registry, shards, lock.name(), veil, metrics, time, random, closing);

        // who may come in
        NoticeFeed feed = new NoticeFeed(store::newestNotice, FEED_LOOKS_EVERY);
        Enrolment enrolment = new Enrolment(authority, signed, store.joinTokens(), registry, shards, random);
        Gateway gateway = new Gateway(
                enrolment,
                new Reports(
                        registry,
                        shards,
                        runs,
                        progress,
                        time,
                        settings.heartbeat(),
                        (host, effect, outcome) -> {
                            pauses.learn(host, outcome);
                            metrics.ended(outcome, effect instanceof Effect.MoveVm);
                        },
                        documents,
                        approvals),
                new OrderDesk(
                        registry,
                        shards,
                        runs,
                        deliveries,
                        new Manifests(signed, catalogue),
                        documents,
                        owners::settings),
                payloads,
                signed,
                registry,
                Trouble::of);
        ApiTokens apiTokens = new ApiTokens(store.apiTokens(), random);
        RunViews views = new RunViews(runs, registry, progress, time);
        RunDesk desk = new RunDesk(runs, shards, views);
        UpdatesApi updates = new UpdatesApi(store.updates(), payloads, signed);
        List<Route> routes = Stream.of(
                        new HostsApi(registry, runs, desk, time).routes(),
                        new VmsApi(desk, new VmSettings(registry, owners), exemptions, time).routes(),
                        new PayloadsApi(payloads).routes(),
                        updates.routes(),
                        new CatalogueApi(signed, updates).routes(),
                        new PlansApi(store.updates(), pauses, exemptions, time).routes(),
                        new RolloutsApi(store.updates(), signed, runs, desk, time).routes(),
                        new RunsApi(runs, desk, views, registry::answers).routes(),
                        new MaintenanceApi(runs, desk, exemptions, () -> registry.snapshot(time.now()), time).routes(),
                        new ScheduledEventsApi(notices).routes(),
                        outside.routes(),
                        new LedgerApi(runs, store.observations(), veil).routes(),
                        new EventsApi(runs, store::newestNotice, feed, settings.streamHeartbeat(), veil).routes(),
                        new AccessApi(apiTokens, store.apiTokens(), store.audit(), settings.signIn()).routes(),
                        new WindowsApi(windows, time).routes(),
                        new ExemptionsApi(exemptions, catalogue, time).routes(),
                        new WindowPreviews(windows, runs, time).routes(),
                        new TokensApi(enrolment, Listeners.gatewayUrl(settings)).routes(),
                        new OperationApi(metrics, health).routes())
                .flatMap(List::stream)
                .toList();
        Dispatcher dispatcher = new Dispatcher(
                settings.signIn() == null
                        ? tokens.or(apiTokens)
                        : tokens.or(apiTokens).or(new SignIns(settings.signIn(), time)),
                new StoredAnswers(store.answers()),
                () -> registry.snapshot(time.now()),
                random,
                metrics::request,
                Trouble::of,
                (who, route, path, reason) -> store.audit()
                        .add(
                                time.now(),
                                who.name(),
                                route,
                                path,
                                reason,
                                Map.of("caller", who.id(), "role", who.role().word())));
        Listeners listeners = closing.before(Listeners.open(settings, routes, dispatcher, gateway, authority));

        // the way down: not ready, then whoever waits goes home, then the rest in reverse
        closing.before(feed);
        closing.before(outside.feed());
        closing.before(deliveries);
        closing.before((AutoCloseable) health::stopping);
        LOG.info(
                "API on {}, agents' gateway on {}, database: {}",
                listeners.apiUrl(),
                listeners.gatewayUrl(),
                database.describe());
        return new Server(closing, tokens, listeners, routes);
    }

    private static byte[] secret(SecureRandom random) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        return secret;
    }

    private static World world(
            Instant now, Fleet fleet, LearnedPauses pauses, Catalogue catalogue, Assignments assignments) {
        return new World(
                now,
                fleet,
                pauses,
                catalogue,
                vm -> fleet.vm(vm).map(assignments::of).orElse(Windows.NONE));
    }

    private static void broken(RunId run, Throwable failure) {
        try (var named = MDC.putCloseable("run", run.value())) {
            LOG.error("a bug: the run cannot go on by itself and is left to a person; the others go on", failure);
        }
    }

    /** Where the API is. */
    public String apiUrl() {
        return listeners.apiUrl();
    }

    /** Where agents dial. */
    public String gatewayUrl() {
        return listeners.gatewayUrl();
    }

    /** The table of the API. */
    List<Route> routes() {
        return routes;
    }

    Tokens tokens() {
        return tokens;
    }

    /** Stops: not ready, no new requests, those under way answered, leases given back, our own database shut down. */
    @Override
    public void close() {
        closing.close();
    }
}
