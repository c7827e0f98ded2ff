package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.libvirt.MigrationOptions;
import dev.evenkeel.agent.libvirt.MigrationOptions.Flag;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.MigrationForecast;
import dev.evenkeel.core.impact.MigrationPilot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** One move of one VM, from the order to its end. */
final class Move implements AutoCloseable {
    /**
     * The daemon's call ends soon after the VM's process here. Not always: a destination that waits for memory from a source that
     * died in post-copy may answer its own daemon no more, which then answers nobody.
     */
    private static final Duration HANGING = Duration.ofSeconds(10);

    private static final Duration GLANCE = Duration.ofMillis(100);
    /** A guest whose agent does not answer so soon is moved without its clock's account. */
    private static final Duration CLOCK_PATIENCE = Duration.ofSeconds(1);

    private final MigrationRequest request;
    private final UUID vm;
    private final Ends ends;
    private final LoadProbe loads;
    private final MoveRecord.Shelf records;
    private final Predicate<String> sharedStorage;
    private final BlockingCalls calls;
    private final long beganAtNanos = System.nanoTime();
    private final Instant beganAt = Instant.now();
    private volatile boolean givenUp;

    Move(
            MigrationRequest request,
            Ends ends,
            LoadProbe loads,
            MoveRecord.Shelf records,
            Predicate<String> sharedStorage,
            BlockingCalls calls) {
        this.request = request;
        this.vm = UUID.fromString(request.vm().value());
        this.ends = ends;
        this.loads = loads;
        this.records = records;
        this.sharedStorage = sharedStorage;
        this.calls = calls;
    }

    List<Refusal> check() {
        return clearance().refusals();
    }

    private Clearance clearance() {
        return Clearance.ask(request, vm, ends, loads, sharedStorage);
    }

    MigrationResult begin() {
        Future<Optional<GuestClock.Reading>> clock = calls.start("reading the clock of VM " + vm, this::readClock);
        Clearance clearance = clearance();
        Optional<GuestClock.Reading> clockBefore =
                finished(clock); // or the guest's agent would be busy when it is moved
        Clearance.Granted cleared = clearance.granted();
        if (cleared == null) {
            return new MigrationResult.Refused(clearance.refusals());
        }
        if (givenUp) {
            return new MigrationResult.Refused(List.of(Failures.givenUp(request.vm())));
        }
        MoveRecord record = new MoveRecord(
                request.vm(),
                request.destinationUri(),
                beganAt,
                cleared.storage().copies().stream().map(StoragePlan.Copy::path).toList(),
                cleared.paused(),
                false);
        records.keep(record);
        MigrationPilot pilot = MigrationPilot.start(request.limits(), request.model(), cleared.forecast());
        Steering steering = new Steering(pilot, beganAtNanos);
        Duration clearedAfter = steering.elapsed();
        Optional<LibvirtException> failure = run(cleared, pilot, steering);
        Settler settler = new Settler(request, vm, ends, records, record, steering);
        return settler.settle(
                failure,
                Optional.of(new MeasuredMove.Foreseen(cleared.forecast(), cleared.load(), clearedAfter, clockBefore)),
                givenUp);
    }

    private Optional<GuestClock.Reading> readClock() {
        try (Domain domain = ends.source().domain(vm).orElse(null)) {
            return domain != null && domain.state().isRunning()
                    ? GuestClock.look(domain, CLOCK_PATIENCE)
                    : Optional.empty();
        } catch (LibvirtException e) {
            return Optional.empty();
        }
    }

    private static <T> Optional<T> finished(Future<Optional<T>> call) {
        try {
            return call.get();
        } catch (ExecutionException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    MigrationResult takeUp() {
        MoveRecord record = records.find(request.vm(), request.destinationUri())
                .orElseGet(
                        () -> new MoveRecord(request.vm(), request.destinationUri(), beganAt, List.of(), false, false));
        MigrationForecast unknown = new MigrationForecast(
                request.postCopyAllowed() ? MigrationForecast.Way.POST_COPY : MigrationForecast.Way.PRE_COPY,
                Duration.ZERO,
                Duration.ZERO,
                Bytes.ZERO,
                0,
                0);
        Steering steering =
                new Steering(MigrationPilot.start(request.limits(), request.model(), unknown), beganAtNanos);
        return new Settler(request, vm, ends, records, record, steering)
                .settle(Optional.empty(), Optional.empty(), false);
    }

    VmId vm() {
        return request.vm();
    }

    boolean destinationAnswers() {
        return !(ends.lookAtDestination() instanceof EndView.Unreachable);
    }

    /** Clears what a move that came to nothing left on a destination that did not answer then. */
    boolean clearLeftover(MoveRecord record) {
        if (!records.leftOver().contains(record)) {
            return false; // another move to there came first
        }
        return switch (ends.lookAtDestination()) {
            case EndView.Unreachable u -> false;
            case EndView.Stopped s -> false; // it may be the move's, it may be somebody's: a person looks
            case EndView.Active a when !a.state().isRunning() -> false; // it may be on its way in
            case EndView.Active a -> {
                records.drop(record.vm(), record.destinationUri()); // it has come by another way, with disks of its own
                yield true;
            }
            case EndView.Absent a -> deleteCopies(record);
        };
    }

    /** The record goes first: a crash may leave a file over, and must not take one that another move has made since. */
    private boolean deleteCopies(MoveRecord record) {
        records.drop(record.vm(), record.destinationUri());
        try {
            List<String> kept = StoragePlan.deleteVolumes(ends.destination(), "destination", record.volumes());
            if (kept.isEmpty()) {
                return true;
            }
        } catch (LibvirtException e) {
            // it has gone silent again
        }
        records.keep(record);
        return false;
    }

    /** Asks for the end of the move; takes effect wherever it stands. */
    void giveUp() {
        givenUp = true;
        try (Domain domain = ends.source().domain(vm).orElse(null)) {
            if (domain != null && !domain.state().isInPostCopy() && domain.job().isRunning()) {
                domain.abortJob();
            }
        } catch (LibvirtException e) {
            // no job to abort any more, or no daemon to ask: the move's own thread finds out
        }
    }

    /** Starts the migration and steers it until the daemon's call returns. */
    private Optional<LibvirtException> run(Clearance.Granted cleared, MigrationPilot pilot, Steering steering) {
        try (Domain domain = ends.source().domain(vm).orElse(null)) {
            if (domain == null) {
                return Optional.empty(); // the settler finds out what became of it
            }
            cleared.storage().createVolumes(ends.destination());
            domain.setMaxDowntime(pilot.firstDowntime());
            Throttle.limit(domain, cleared.forecast());
            Future<Boolean> migration = calls.start("migrating " + vm, () -> {
                domain.migrate(request.destinationUri(), options(cleared));
                return true;
            });
            return watch(domain, migration, steering);
        } catch (LibvirtException e) {
            return Optional.of(e);
        }
    }

    private Optional<LibvirtException> watch(Domain domain, Future<Boolean> migration, Steering steering) {
        long livedAt = System.nanoTime();
        while (!isOver(migration)) {
            try {
                if (domain.state().isActive()) {
                    livedAt = System.nanoTime();
                } else if (System.nanoTime() - livedAt > HANGING.toNanos()) {
                    return Optional.empty(); // the settler finds out what became of it
                }
                steering.look(domain);
                if (givenUp && !steering.postCopy() && domain.job().isRunning()) {
                    domain.abortJob();
                }
            } catch (LibvirtException e) {
                // the daemon is away or the job has just ended; the migration's own call tells
            }
        }
        return switch (migration.state()) {
            case FAILED ->
                migration.exceptionNow() instanceof LibvirtException e
                        ? Optional.of(e)
                        : Optional.of(LibvirtException.of(migration.exceptionNow()));
            case SUCCESS, CANCELLED, RUNNING -> Optional.empty();
        };
    }

    /** Waits a moment, less when the migration ends in it. */
    private static boolean isOver(Future<Boolean> migration) {
        try {
            migration.get(GLANCE.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            // The move is the daemon's now; whoever wants it to end aborts it. Waiting without a pause would be a busy
            // loop.
            LockSupport.parkNanos(GLANCE.toNanos());
            return migration.isDone();
        }
    }

    private MigrationOptions options(Clearance.Granted cleared) {
        MigrationOptions.Builder options = MigrationOptions.builder()
                .flag(Flag.LIVE)
                .flag(Flag.PEER_TO_PEER)
                .flag(Flag.PERSIST_DESTINATION)
                .flag(Flag.UNDEFINE_SOURCE)
                .flag(Flag.ABORT_ON_IO_ERROR)
                .flagIf(request.encrypted(), Flag.TLS)
                .flagIf(request.postCopyAllowed(), Flag.POST_COPY)
                .flagIf(cleared.forecast().way() == MigrationForecast.Way.THROTTLED, Flag.AUTO_CONVERGE)
                .flagIf(!cleared.storage().copies().isEmpty(), Flag.COPY_STORAGE)
                .dataUri("tcp://" + request.destinationAddress());
        cleared.storage().copies().forEach(copy -> options.copyDisk(copy.disk().target()));
        Bytes limit = request.bandwidthLimit();
        if (limit != null) {
            options.bandwidth(Math.max(1, limit.value() >> 20));
        }
        if (cleared.forecast().way() == MigrationForecast.Way.THROTTLED) {
            options.throttle(cleared.forecast().throttlePercent(), Throttle.STEP);
        }
        return options.build();
    }

    @Override
    public void close() {
        ends.close();
    }
}
