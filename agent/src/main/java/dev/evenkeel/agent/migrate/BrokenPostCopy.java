package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.JobStatistics;
import dev.evenkeel.agent.libvirt.LibvirtException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up a post-copy whose stream broke off, both halves of the VM's memory being there. A stream that only hung may go on by
 * itself once the link is back; one that still hangs then is broken for good and begun anew, where the pages that have arrived are
 * not sent again.
 */
final class BrokenPostCopy {
    private static final Logger LOG = LoggerFactory.getLogger(BrokenPostCopy.class);

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    /**
     * A stream that moved nothing for so long is broken and begun anew. TCP looks at a link that is back after 120 s at the latest
     * (RFC 6298, Linux's TCP_RTO_MAX); before that, breaking would do harm: a destination whose VMM waits for a page in its main
     * thread answers its daemon no more, which then cannot take the stream up again.
     */
    private static final Duration STALL = Duration.ofSeconds(125);

    private static final Duration BETWEEN = Duration.ofSeconds(1);

    private final MigrationRequest request;
    private final UUID vm;
    private final Ends ends;
    private final List<String> notes;
    private long remaining = -1;
    private long movedAt = System.nanoTime();
    private boolean broken;
    private String lastWord = "";

    BrokenPostCopy(MigrationRequest request, Ends ends, List<String> notes) {
        this.request = request;
        this.vm = UUID.fromString(request.vm().value());
        this.ends = ends;
        this.notes = notes;
    }

    /** @return false when it stands still as before; true when it went on, so that both ends must be looked at again */
    boolean takeUp() {
        LOG.warn("VM {}: post-copy broke off; taking it up again", vm);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try (Domain domain = ends.source().domain(vm).orElse(null)) {
                if (domain == null
                        || !domain.state().isPostCopyFailed()
                        || ends.lookAtDestination().isGone()) {
                    return true;
                }
                if (!moves(domain.job()) && destinationRuns()) {
                    breakOff(domain);
                    domain.migrate(request.destinationUri(), request.resuming());
                    notes.add("post-copy broke off and was taken up again");
                    return true;
                }
            } catch (LibvirtException e) {
                LOG.info("VM {}: not taken up yet: {}", vm, e.getMessage());
                lastWord = e.getMessage();
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
        notes.add("post-copy could not be taken up again: " + lastWord);
        return false;
    }

    private boolean moves(JobStatistics job) {
        if (!job.isRunning()) {
            return false;
        }
        if (job.memoryRemainingBytes() != remaining) {
            remaining = job.memoryRemainingBytes();
            movedAt = System.nanoTime();
        }
        return System.nanoTime() - movedAt < STALL.toNanos();
    }

    /** Before the guest runs there, a stream that is broken cannot be begun anew: it would be the end of the VM. */
    private boolean destinationRuns() {
        return ends.lookAtDestination() instanceof EndView.Active a && a.state().isRunning();
    }

    private void breakOff(Domain domain) {
        if (broken) {
            return;
        }
        broken = true;
        try {
            domain.breakPostCopy();
        } catch (LibvirtException e) {
            LOG.debug(
                    "VM {}: nothing to break: {}", vm, e.getMessage()); // the VMM has seen by itself that it is broken
        }
    }
}
