package dev.evenkeel.wire.link;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has to say: {@code POST /agent/v1/report}. Within a session reports are numbered from 0; the first, and
 * the next after the server asked for it, carries everything, the others what changed. A report without anything is a
 * heartbeat.
 *
 * @param session made up by the agent at each start
 * @param sequence counts up by one with each report of the session
 * @param inventory what is on the host, or null when nothing changed
 * @param progress what effects under way have come to
 * @param ended effects that ended; repeated until the server has accepted them
 * @param approved what VMs approved inside; repeated until the server has accepted it
 */
public record Report(
        String session,
        long sequence,
        @Nullable Inventory inventory,
        List<Progress> progress,
        List<Ended> ended,
        List<Approval> approved) {
    public Report {
        progress = List.copyOf(progress);
        ended = List.copyOf(ended);
        approved = List.copyOf(approved);
    }

    /**
     * What is on the host.
     *
     * @param full it is everything; VMs that are not listed are not there
     * @param observedAt when the agent began to look, in the server's time: the server's last stamp plus what a
     *     monotonic clock counted since. Never later than the truth, whatever the host's clock says. Null before the
     *     first answer; the server then asks again.
     * @param facts null when they did not change
     * @param vms all VMs, or those that are new or changed
     * @param gone VMs that are no longer there
     */
    public record Inventory(
            boolean full,
            @Nullable Instant observedAt,
            @Nullable HostFacts facts,
            List<Vm> vms,
            List<VmId> gone) {
        public Inventory {
            vms = List.copyOf(vms);
            gone = List.copyOf(gone);
        }
    }

    /** One sentence about an effect under way, for people. */
    public record Progress(EffectId effect, String text) {}

    /** How an effect ended. */
    public record Ended(RunId run, EffectId effect, Outcome outcome) {}
}
