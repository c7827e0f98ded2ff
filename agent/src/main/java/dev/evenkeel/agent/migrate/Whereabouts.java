package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.DomainEvent;
import dev.evenkeel.agent.migrate.Settlement.Verdict;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out where a VM lives, from two daemons that may both still be about to do something.
 *
 * @param ends the two daemons
 * @param pausedBefore its owner had paused it before it went on its way
 */
public record Whereabouts(Ends ends, boolean pausedBefore) {
    /** Daemons notice a dead link by keepalive within some 20 s, then clear up by themselves. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** What the daemons may still be about to do by themselves is left to them for so long. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** Memory that is on its way when the process that sent it ends has arrived long before this. */
    private static final Duration SURE = Duration.ofSeconds(30);

    private static final Duration GLANCE = Duration.ofMillis(50);

    /** What the two say now. */
    public Verdict look() {
        return Settlement.decide(ends.lookAtSource(), ends.lookAtDestination(), pausedBefore, sawItDie());
    }

    /** Looks until the daemons agree on something that stays true. */
    public Verdict await() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Verdict last = look();
        long since = System.nanoTime();
        while (true) {
            Duration stable = Duration.ofNanos(System.nanoTime() - since);
            boolean over = System.nanoTime() > end;
            boolean settled = switch (last) {
                case Verdict.Moved m -> !m.destroySource() || stable.compareTo(GRACE) > 0;
                case Verdict.Stayed s ->
                    !(s.destroyDestination() || s.resumeSource()) && s.destinationSeen() || stable.compareTo(GRACE) > 0;
                case Verdict.Dead d -> stable.compareTo(GRACE) > 0;
                case Verdict.ShutOff o -> stable.compareTo(GRACE) > 0;
                case Verdict.Broken b -> stable.compareTo(GRACE) > 0;
                case Verdict.Lost l -> stable.compareTo(l.told() ? GRACE : SURE) > 0;
                case Verdict.HandsOff h -> stable.compareTo(GRACE) > 0;
                case Verdict.Unsettled u -> over;
            };
            if (settled) {
                return last;
            }
            if (over) {
                return new Verdict.Unsettled("the two ends kept changing");
            }
            LockSupport.parkNanos(GLANCE.toNanos());
            Verdict next = look();
            if (!next.equals(last)) {
                last = next;
                since = System.nanoTime();
            }
        }
    }

    private boolean sawItDie() {
        return ends.heardAtSource().stream()
                .anyMatch(e -> e instanceof DomainEvent.LifecycleChanged c
                        && c.change() == DomainEvent.Change.STOPPED
                        && !c.byMigration());
    }

    /** Both ends in words, for evidence. */
    public String inWords() {
        return "the source " + ends.lookAtSource().inWords() + "; the destination "
                + ends.lookAtDestination().inWords();
    }
}
