package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.JobStatistics;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.impact.MigrationOrder;
import dev.evenkeel.core.impact.MigrationPilot;
import dev.evenkeel.core.impact.MigrationSample;
import dev.evenkeel.core.impact.MigrationSample.Phase;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Feeds the pilot with samples of the running job and carries out what it says; remembers what the measurements need. */
final class Steering {
    private static final Logger LOG = LoggerFactory.getLogger(Steering.class);

    private final long beganAtNanos;
    private MigrationPilot pilot;
    private Optional<Refusal> gaveUp = Optional.empty();
    private boolean postCopy;
    private Optional<Duration> storageBegan = Optional.empty();
    private Optional<Duration> memoryBegan = Optional.empty();
    private long storageSent;
    private Optional<JobStatistics> last = Optional.empty();

    Steering(MigrationPilot pilot, long beganAtNanos) {
        this.pilot = pilot;
        this.beganAtNanos = beganAtNanos;
    }

    /**
     * Looks once.
     *
     * @return false when no migration runs
     * @throws LibvirtException when the daemon does not answer
     */
    boolean look(Domain domain) {
        JobStatistics job = domain.job();
        if (!job.isRunning() || job.operation() != JobStatistics.Operation.MIGRATION_OUT) {
            return false;
        }
        last = Optional.of(job);
        storageSent = Math.max(storageSent, job.diskProcessedBytes());
        if (job.postCopyRequests() > 0) {
            postCopy = true; // begun by someone else, or by an earlier life of this agent
        }
        MigrationSample sample = sample(job);
        if (sample.phase() == Phase.STORAGE && storageBegan.isEmpty()) {
            storageBegan = Optional.of(sample.elapsed());
        }
        if (sample.phase() == Phase.PRE_COPY && memoryBegan.isEmpty()) {
            memoryBegan = Optional.of(sample.elapsed());
        }
        MigrationPilot.Turn turn = pilot.watch(sample);
        pilot = turn.next();
        LOG.trace("{} -> {}", sample, turn.orders());
        for (MigrationOrder order : turn.orders()) {
            carryOut(domain, order);
        }
        return true;
    }

    private MigrationSample sample(JobStatistics job) {
        Phase phase = postCopy
                ? Phase.POST_COPY
                : job.memoryIteration() > 0
                        ? Phase.PRE_COPY
                        : job.diskTotalBytes() > 0 ? Phase.STORAGE : Phase.PREPARING;
        return new MigrationSample(
                elapsed(),
                phase,
                job.memoryIteration(),
                new Bytes(Math.max(0, job.memoryRemainingBytes())),
                new Bytes(Math.max(0, job.memoryBytesPerSecond())),
                new Bytes(Math.max(0, job.diskRemainingBytes())),
                job.throttlePercent());
    }

    private void carryOut(Domain domain, MigrationOrder order) {
        try {
            switch (order) {
                case MigrationOrder.SetMaxDowntime set -> domain.setMaxDowntime(set.downtime());
                case MigrationOrder.StartPostCopy start -> {
                    domain.startPostCopy();
                    postCopy = true;
                }
                case MigrationOrder.Abort abort -> {
                    gaveUp = Optional.of(abort.why());
                    domain.abortJob();
                }
            }
        } catch (LibvirtException e) {
            // The migration may have ended between the sample and the order; the next look tells.
            LOG.info("an order to a running migration was not taken: {}: {}", order, e.getMessage());
        }
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - beganAtNanos);
    }

    Optional<Refusal> gaveUp() {
        return gaveUp;
    }

    boolean postCopy() {
        return postCopy;
    }

    Optional<Duration> storageBegan() {
        return storageBegan;
    }

    Optional<Duration> memoryBegan() {
        return memoryBegan;
    }

    /** Bytes of storage seen to be sent; libvirt forgets them in its last account. */
    long storageSent() {
        return storageSent;
    }

    Optional<JobStatistics> last() {
        return last;
    }
}
