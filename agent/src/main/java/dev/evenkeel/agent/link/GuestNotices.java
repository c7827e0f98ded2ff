package dev.evenkeel.agent.link;

import dev.evenkeel.wire.link.Approval;
import dev.evenkeel.wire.link.Documents;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the VMs of this host are told inside, and what they say to it. Safe for many threads. */
public interface GuestNotices {
    /** Names what is told now; null before the server said anything. */
    @Nullable
    String stamp();

    /** From now on the VMs are told this. */
    void take(Documents documents);

    /** What VMs approved and the server has not accepted yet, the oldest first. */
    List<Approval> unreported();

    /** The server has these. */
    void accepted(List<Approval> approvals);

    /** Whom to tell when there is something unreported. */
    void onApproval(Runnable listener);
}
