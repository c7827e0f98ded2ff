package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.BlockingCalls;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves VMs from this host to others, one move per VM at a time; any number of VMs. Methods block until the move is settled, so call
 * each from a thread of its own. The migration itself runs between the two daemons and outlives this process: after a restart,
 * {@link #resume} takes it up again. Thread-safe.
 */
public final class LiveMigration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveMigration.class);
    /** Moves, and looks at daemons that do not answer, that may go on at once. */
    private static final int THREADS = 48;

    private final Daemons daemons;
    private final LoadProbe loads;
    private final MoveRecord.Shelf records;
    private final Predicate<String> sharedStorage;
    private final BlockingCalls calls = new BlockingCalls(THREADS);
    private final ConcurrentMap<VmId, Move> running = new ConcurrentHashMap<>();

    /**
     * @param records a directory of this host's for notes about moves under way; made when missing
     * @param sharedStorage whether the file at a path is the same one on every host, so that it need not be copied
     */
    public LiveMigration(Daemons daemons, LoadProbe loads, Path records, Predicate<String> sharedStorage) {
        this.daemons = daemons;
        this.loads = loads;
        this.records = new MoveRecord.Shelf(records);
        this.sharedStorage = sharedStorage;
    }

    /** Moves the VM. What it returns is the end of the story, except {@link MigrationResult.Unknown}. Never throws for trouble. */
    public MigrationResult migrate(MigrationRequest request) {
        for (MoveRecord earlier : records.all(request.vm())) {
            MigrationResult settled = run(request.to(earlier.destinationUri()), Move::takeUp);
            if (!(settled instanceof MigrationResult.Failed)) {
                return settled instanceof MigrationResult.Moved
                        ? new MigrationResult.Refused(List.of(Failures.movedBefore(earlier)))
                        : settled;
            }
        }
        return run(request, Move::begin);
    }

    /**
     * Takes up a move that an earlier life of this agent began: watches it to its end if it still runs, finds out where the VM lives
     * if it does not, clears what is left over.
     */
    public MigrationResult resume(MigrationRequest request) {
        return run(request, Move::takeUp);
    }

    /** All that speaks against the move, the forecast included; empty when nothing does. Touches nothing. */
    public List<Refusal> check(MigrationRequest request) {
        try (Move move = move(request)) {
            return move.check();
        }
    }

    /**
     * Gives up the move of a VM that is under way; its {@link #migrate} then returns {@link MigrationResult.Failed} with the VM where
     * it was. Nothing when there is no such move. A move that has switched over to post-copy is not given up: that would lose the VM.
     */
    public void abort(VmId vm) {
        Move move = running.get(vm);
        if (move != null) {
            move.giveUp();
        }
    }

    /** How a VM's move stands, told from both ends without touching either. */
    public Standing probe(VmId vm, String destinationUri) {
        try (Ends ends = new Ends(UUID.fromString(vm.value()), daemons, destinationUri, calls)) {
            EndView source = ends.lookAtSource();
            EndView destination = ends.lookAtDestination();
            Optional<MoveRecord> record = records.find(vm, destinationUri);
            boolean paused = record.map(MoveRecord::pausedBefore).orElse(false);
            return Standing.of(source, destination, paused, isMigrating(ends, vm));
        }
    }

    private static boolean isMigrating(Ends ends, VmId vm) {
        try (Domain domain = ends.source().domain(UUID.fromString(vm.value())).orElse(null)) {
            return domain != null && domain.job().isRunning();
        } catch (LibvirtException e) {
            return false;
        }
    }

    /**
     * Clears on destinations that answer again what moves that came to nothing have left there: half-copied disks, which would
     * refuse the VM another time. To be called from time to time.
     */
    public void clearLeftovers() {
        for (MoveRecord record : records.leftOver()) {
            try (Move move = move(MigrationRequest.about(record))) {
                // One that does not answer takes its time, in which the VM may have to go elsewhere.
                boolean answers = move.destinationAnswers();
                if (answers && alone(move, m -> m.clearLeftover(record)).orElse(false)) {
                    LOG.info("VM {}: nothing is left over at {} any more", record.vm(), record.destinationUri());
                }
            }
        }
    }

    private MigrationResult run(MigrationRequest request, Function<Move, MigrationResult> act) {
        try (Move move = move(request)) {
            return alone(move, act)
                    .orElseGet(() -> new MigrationResult.Refused(List.of(Refusal.of(
                            "MOVE_UNDER_WAY",
                            "this agent is moving the VM already; wait for it or abort it",
                            Map.of("vm", request.vm().value())))));
        }
    }

    /** Empty when this agent moves the VM already. */
    private <T> Optional<T> alone(Move move, Function<Move, T> act) {
        if (running.putIfAbsent(move.vm(), move) != null) {
            return Optional.empty();
        }
        try {
            return Optional.of(act.apply(move));
        } finally {
            running.remove(move.vm(), move);
        }
    }

    private Move move(MigrationRequest request) {
        Ends ends = new Ends(UUID.fromString(request.vm().value()), daemons, request.destinationUri(), calls);
        return new Move(request, ends, loads, records, sharedStorage, calls);
    }

    /** Takes no new moves; those that run go on in the daemons. */
    @Override
    public void close() {
        calls.close();
    }
}
