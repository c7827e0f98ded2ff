package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainEvent;
import dev.evenkeel.agent.libvirt.DomainEvent.Change;
import dev.evenkeel.agent.libvirt.JobStatistics;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.impact.MigrationForecast;
import dev.evenkeel.core.impact.MigrationLoad;
import dev.evenkeel.core.impact.MigrationMeasured;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads from both ends what a completed move took. */
final class MeasuredMove {
    private static final Logger LOG = LoggerFactory.getLogger(MeasuredMove.class);
    private static final Duration AGENT_PATIENCE = Duration.ofSeconds(10);

    private final UUID vm;
    private final Ends ends;
    private final Steering steering;

    MeasuredMove(UUID vm, Ends ends, Steering steering) {
        this.vm = vm;
        this.ends = ends;
        this.steering = steering;
    }

    /**
     * What was foreseen once nothing spoke against the move.
     *
     * @param clearedAfter how long it took to get there, which is no part of what was foreseen
     * @param clock the guest's clock at that time, if it could be read
     */
    record Foreseen(
            MigrationForecast forecast, MigrationLoad load, Duration clearedAfter, Optional<GuestClock.Reading> clock) {
        /** The forecast from the order on. */
        MigrationForecast fromOrder() {
            return new MigrationForecast(
                    forecast.way(),
                    forecast.stop(),
                    forecast.total().plus(clearedAfter),
                    forecast.transferred(),
                    forecast.passes(),
                    forecast.throttlePercent());
        }
    }

    Measurements read(MoveRecord record, Optional<Foreseen> foreseen, List<String> notes) {
        Optional<JobStatistics> completed = Optional.empty();
        GuestClock clock = new GuestClock.NotSet("the destination's daemon did not answer any more");
        try (Domain guest = ends.destination().domain(vm).orElse(null)) {
            if (guest != null) {
                completed = Optional.of(guest.completedJob()).filter(j -> j.phase() == JobStatistics.Phase.COMPLETED);
                clock = record.pausedBefore()
                        ? new GuestClock.NotSet("the VM is paused by its owner")
                        : GuestClock.set(guest, AGENT_PATIENCE);
            }
        } catch (LibvirtException e) {
            clock = new GuestClock.NotSet(e.getMessage());
        }
        Optional<Duration> byEvents = stopByEvents();
        Optional<JobStatistics> job = completed.or(steering::last);
        Optional<Duration> accounted = completed
                .flatMap(JobStatistics::downtime)
                .or(() -> steering.last().flatMap(JobStatistics::downtime));
        Duration stop = stop(foreseen.flatMap(Foreseen::clock), clock, byEvents, accounted);
        Bytes memory = new Bytes(job.map(JobStatistics::memoryProcessedBytes).orElse(0L));
        Bytes storage = new Bytes(steering.storageSent());
        int passes = job.map(JobStatistics::memoryIteration).orElse(0);
        Duration total = steering.elapsed();
        return new Measurements(
                stop,
                byEvents,
                total,
                memory.plus(storage),
                passes,
                steering.postCopy(),
                record.startedAt(),
                foreseen.map(Foreseen::fromOrder),
                foreseen.map(Foreseen::load),
                measured(
                        job,
                        accounted.filter(a -> !steering.postCopy()).orElse(Duration.ZERO),
                        stop,
                        total,
                        memory,
                        storage,
                        passes,
                        foreseen.map(Foreseen::clearedAfter).orElse(Duration.ZERO)),
                clock,
                notes);
    }

    /**
     * The guest's clock knows best. QEMU's account begins before the guest stops and ends after it runs again, and after post-copy it
     * lasts until the last page has come; the notices come late by as much as daemons and links are slow.
     */
    private Duration stop(
            Optional<GuestClock.Reading> clockBefore,
            GuestClock clock,
            Optional<Duration> byEvents,
            Optional<Duration> accounted) {
        Optional<Duration> byClock = clock instanceof GuestClock.Set set
                ? clockBefore.flatMap(before -> before.stopUntil(set.before()))
                : Optional.empty();
        LOG.debug("VM {} stood still for {} by its clock, {} by notices, {} by QEMU", vm, byClock, byEvents, accounted);
        Optional<Duration> told = steering.postCopy() ? byEvents.or(() -> accounted) : accounted.or(() -> byEvents);
        return byClock.or(() -> told).orElse(Duration.ZERO);
    }

    private MigrationMeasured measured(
            Optional<JobStatistics> job,
            Duration accounted,
            Duration stop,
            Duration total,
            Bytes memory,
            Bytes storage,
            int passes,
            Duration clearedAfter) {
        long speed = job.map(JobStatistics::memoryBytesPerSecond).orElse(0L);
        Duration memoryTime = speed <= 0
                ? Duration.ZERO
                : Duration.ofNanos(Math.round(memory.value() * 1e9 / speed)).minus(accounted);
        Duration firstMemory = steering.memoryBegan().orElse(total);
        Duration firstStorage = steering.storageBegan().orElse(firstMemory);
        return new MigrationMeasured(
                firstStorage.minus(clearedAfter),
                memoryTime.isNegative() ? Duration.ZERO : memoryTime,
                stop,
                total.minus(clearedAfter),
                memory,
                storage,
                firstMemory.minus(firstStorage),
                passes,
                steering.postCopy());
    }

    /** From the notice that it was suspended here to the notice that it was resumed there, as they arrived in this process. */
    private Optional<Duration> stopByEvents() {
        Optional<Instant> suspended = last(ends.heardAtSource(), Change.SUSPENDED);
        Optional<Instant> resumed = last(ends.heardAtDestination(), Change.RESUMED);
        return suspended.isPresent() && resumed.isPresent() && resumed.get().isAfter(suspended.get())
                ? Optional.of(Duration.between(suspended.get(), resumed.get()))
                : Optional.empty();
    }

    private static Optional<Instant> last(List<DomainEvent> heard, Change change) {
        return heard.stream()
                .filter(e -> e instanceof DomainEvent.LifecycleChanged c && c.change() == change)
                .map(DomainEvent::at)
                .reduce((a, b) -> b);
    }
}
