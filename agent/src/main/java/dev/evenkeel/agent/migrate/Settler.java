package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.migrate.Settlement.Verdict;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out where the VM lives once a migration has ended, and clears what is left over, by the rules of {@link Settlement}. */
final class Settler {
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);

    private static final Duration STEER = Duration.ofMillis(50);

    private final MigrationRequest request;
    private final UUID vm;
    private final Ends ends;
    private final MoveRecord.Shelf records;
    private final MoveRecord record;
    private final Steering steering;
    private final Whereabouts whereabouts;
    private final List<String> notes = new ArrayList<>();

    Settler(
            MigrationRequest request,
            UUID vm,
            Ends ends,
            MoveRecord.Shelf records,
            MoveRecord record,
            Steering steering) {
        this.request = request;
        this.vm = vm;
        this.ends = ends;
        this.records = records;
        this.record = record;
        this.steering = steering;
        this.whereabouts = new Whereabouts(ends, record.pausedBefore());
    }

    MigrationResult settle(
            Optional<LibvirtException> failure, Optional<MeasuredMove.Foreseen> foreseen, boolean givenUp) {
        while (true) {
            steerWhileItRuns();
            Verdict verdict = whereabouts.await();
            LOG.debug("VM {}: {}", vm, verdict);
            switch (verdict) {
                case Verdict.Moved moved -> {
                    if (clearSource(moved)) {
                        return moved(foreseen);
                    }
                }
                case Verdict.Stayed stayed -> {
                    if (clearDestination(stayed)) {
                        return new MigrationResult.Failed(
                                reason(failure, givenUp, stayed), MigrationResult.Source.RUNNING);
                    }
                }
                case Verdict.ShutOff off -> {
                    clearAllThere();
                    return new MigrationResult.Failed(Failures.shutOff(request.vm()), MigrationResult.Source.SHUT_OFF);
                }
                case Verdict.Dead dead -> {
                    clearAllThere();
                    return new MigrationResult.Failed(
                            Failures.dead(request.vm(), whereabouts.inWords()), MigrationResult.Source.DEAD);
                }
                case Verdict.Lost lost -> {
                    Optional<MigrationResult> result = clearHalf(lost);
                    if (result.isPresent()) {
                        return result.get();
                    }
                }
                case Verdict.Broken b -> {
                    if (!new BrokenPostCopy(request, ends, notes).takeUp()) {
                        return new MigrationResult.Unknown(Failures.broken(request.vm(), notes, whereabouts.inWords()));
                    }
                }
                case Verdict.Unsettled u -> {
                    return new MigrationResult.Unknown(Failures.unknown(request.vm(), u.why(), whereabouts.inWords()));
                }
                case Verdict.HandsOff h -> {
                    return new MigrationResult.Unknown(Failures.unknown(request.vm(), h.why(), whereabouts.inWords()));
                }
            }
        }
    }

    private MigrationResult moved(Optional<MeasuredMove.Foreseen> foreseen) {
        MeasuredMove measured = new MeasuredMove(vm, ends, steering);
        Measurements numbers = measured.read(record, foreseen, notes);
        records.drop(request.vm(), record.destinationUri());
        return new MigrationResult.Moved(numbers);
    }

    /** A job that goes on without our call, because this agent or its link to the daemon came back later, is steered on. */
    private void steerWhileItRuns() {
        try (Domain domain = ends.source().domain(vm).orElse(null)) {
            while (domain != null && !domain.state().isPostCopyFailed() && steering.look(domain)) {
                LockSupport.parkNanos(STEER.toNanos());
            }
        } catch (LibvirtException e) {
            LOG.debug("VM {}: {}", vm, e.getMessage());
        }
    }

    /**
     * Takes away the half of a VM whose other half is gone; empty when it has to be looked at again. A disk that went along is at
     * the destination's state by then, so a person decides which of the two is to live.
     */
    private Optional<MigrationResult> clearHalf(Verdict.Lost lost) {
        if (!record.volumes().isEmpty()) {
            return Optional.of(new MigrationResult.Unknown(Failures.deadWithItsDisk(
                    request.vm(), record.volumes(), record.destinationUri(), whereabouts.inWords())));
        }
        String seen = whereabouts.inWords();
        try {
            Connection where = lost.hereLeft() ? ends.source() : ends.destination();
            try (Domain half = where.domain(vm).orElse(null)) {
                if (half != null && whereabouts.look() instanceof Verdict.Lost) {
                    half.destroy();
                }
            }
            undefineLeftover();
            records.drop(request.vm(), record.destinationUri());
            return Optional.of(new MigrationResult.Failed(
                    Failures.lostInPostCopy(request.vm(), lost.hereLeft(), seen), MigrationResult.Source.DEAD));
        } catch (LibvirtException e) {
            LOG.info("VM {}: clearing half a VM: {}", vm, e.getMessage());
            return Optional.empty();
        }
    }

    /** @return false when it has to be looked at again */
    private boolean clearSource(Verdict.Moved moved) {
        try {
            Connection source = ends.source();
            try (Domain domain = source.domain(vm).orElse(null)) {
                if (domain != null && moved.destroySource() && whereabouts.look() instanceof Verdict.Moved) {
                    domain.destroy();
                }
                if (domain != null && moved.undefineSource() && domain.isPersistent()) {
                    domain.undefine();
                }
            }
            notes.addAll(StoragePlan.deleteVolumes(source, "source", record.volumes()));
            return true;
        } catch (LibvirtException e) {
            LOG.info("VM {}: clearing the source: {}", vm, e.getMessage());
            notes.add("clearing the source: " + e.getMessage());
            return ends.lookAtSource() instanceof EndView.Stopped || ends.lookAtSource() instanceof EndView.Absent;
        }
    }

    /** @return false when it has to be looked at again */
    private boolean clearDestination(Verdict.Stayed stayed) {
        try {
            if (stayed.destroyDestination()) {
                try (Domain leftover = ends.destination().domain(vm).orElse(null)) {
                    if (leftover != null && whereabouts.look().equals(stayed)) {
                        leftover.destroy();
                    }
                }
            }
            if (stayed.resumeSource() && ends.lookAtDestination().isGone()) {
                try (Domain domain = ends.source().domain(vm).orElseThrow()) {
                    domain.resume();
                }
            }
            if (stayed.destinationSeen()) {
                undefineLeftover();
                deleteCopies();
                records.drop(request.vm(), record.destinationUri());
            } else {
                records.keep(record.leftOver());
            }
            return whereabouts.look() instanceof Verdict.Stayed now && !now.resumeSource() && !now.destroyDestination();
        } catch (LibvirtException e) {
            LOG.info("VM {}: clearing the destination: {}", vm, e.getMessage());
            return false;
        }
    }

    /** What was on the destination for a VM that will not come: libvirt defines one that comes by post-copy before it is there. */
    private void clearAllThere() {
        try {
            undefineLeftover();
        } catch (LibvirtException e) {
            LOG.warn("VM {}: the destination's definition could not be removed: {}", vm, e.getMessage());
        }
        deleteCopies();
        records.drop(request.vm(), record.destinationUri());
    }

    /** The preflight saw no definition there, so one that is there now came with this move. */
    private void undefineLeftover() {
        try (Domain leftover = ends.destination().domain(vm).orElse(null)) {
            if (leftover != null && !leftover.state().isActive() && leftover.isPersistent()) {
                leftover.undefine();
            }
        }
    }

    private void deleteCopies() {
        if (record.volumes().isEmpty()) {
            return;
        }
        try {
            notes.addAll(StoragePlan.deleteVolumes(ends.destination(), "destination", record.volumes()));
        } catch (LibvirtException e) {
            notes.add("copies on the destination could not be deleted: " + e.getMessage());
        }
    }

    private Refusal reason(Optional<LibvirtException> failure, boolean givenUp, Verdict.Stayed stayed) {
        Refusal why = steering.gaveUp()
                .or(() -> givenUp ? Optional.of(Failures.givenUp(request.vm())) : Optional.empty())
                .or(() -> failure.map(e -> Failures.of(request.vm(), e)))
                .orElseGet(() -> Failures.unexplained(request.vm()));
        Refusal whole = why.with("vm", request.vm().value());
        for (int i = 0; i < notes.size(); i++) {
            whole = whole.with("note." + i, notes.get(i));
        }
        return stayed.destinationSeen()
                ? whole
                : whole.with("destination", "did not answer; what may be left over there is cleared when it does");
    }
}
