package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.migrate.EndView.Absent;
import dev.evenkeel.agent.migrate.EndView.Active;
import dev.evenkeel.agent.migrate.EndView.Stopped;
import dev.evenkeel.agent.migrate.EndView.Unreachable;

/**
 * Decides from both ends' words where a VM lives after a migration has ended, and what may be cleared away. Pure.
 *
 * <p>Two rules stand above all. A process is destroyed only when the VM is confirmed to run in another one, or when its own VMM says
 * that its memory never came in. And a guest is resumed only when no other process could be running it.
 */
public final class Settlement {
    private Settlement() {}

    /** Where the VM lives, and what is left to do about the other end. */
    public sealed interface Verdict {
        /** It lives on the destination; the source may have a stopped definition or a paused process to clear. */
        record Moved(boolean destroySource, boolean undefineSource) implements Verdict {}

        /** It lives here; the destination may have a process that never ran, and the source may have to be resumed. */
        record Stayed(boolean destroyDestination, boolean resumeSource, boolean destinationSeen) implements Verdict {}

        /** It lives nowhere. */
        record Dead() implements Verdict {}

        /** Its guest or a person shut it off here while it was moving. */
        record ShutOff() implements Verdict {}

        /** Post-copy broke off and both halves of its memory are there: it stands still until the stream is taken up again. */
        record Broken() implements Verdict {}

        /**
         * Post-copy lost one half of its memory with the process that held it: the VM is dead, and the other half is to be cleared.
         *
         * @param hereLeft the half that is left is the source's, else the destination's
         * @param told the VMM of the half that is left says that the stream broke off; else it may still be about to
         */
        record Lost(boolean hereLeft, boolean told) implements Verdict {}

        /** The daemons are not done yet: look again. If it stays so, nobody can say. */
        record Unsettled(String why) implements Verdict {}

        /** Something that no one may touch without looking. */
        record HandsOff(String why) implements Verdict {}
    }

    /**
     * @param pausedBefore the owner had paused the VM before the move, so a paused process is as good as a running one
     * @param sawItDie this host's daemon told that the VM ended here otherwise than by migrating away
     */
    public static Verdict decide(EndView source, EndView destination, boolean pausedBefore, boolean sawItDie) {
        if (isPostCopyFailed(source) || isPostCopyFailed(destination)) {
            return broken(source, destination, sawItDie);
        }
        return switch (source) {
            case Unreachable u -> new Verdict.Unsettled("the daemon of this host does not answer");
            case Absent a -> sourceGone(false, sawItDie, destination, pausedBefore);
            case Stopped s when s.state().wasShutOffOnPurpose() && destination.isGone() -> new Verdict.ShutOff();
            case Stopped s -> sourceGone(true, sawItDie || !s.state().hasMigratedAway(), destination, pausedBefore);
            case Active a -> sourceActive(a, destination, pausedBefore);
        };
    }

    private static Verdict sourceGone(boolean defined, boolean died, EndView destination, boolean pausedBefore) {
        return switch (destination) {
            case Unreachable u -> new Verdict.Unsettled("gone from here, and the destination's daemon does not answer");
            case Absent a -> died ? new Verdict.Dead() : left();
            case Stopped s -> died ? new Verdict.Dead() : left();
            case Active d when lives(d, pausedBefore) -> new Verdict.Moved(false, defined);
            case Active d when died && d.state().isInPostCopy() -> new Verdict.Lost(false, false);
            case Active d when d.busy() -> new Verdict.Unsettled("gone from here, and the destination is not done");
            case Active d ->
                new Verdict.Unsettled(
                        "gone from here and paused on the destination, which may hold the only copy of its memory");
        };
    }

    private static Verdict sourceActive(Active source, EndView destination, boolean pausedBefore) {
        if (source.busy() || source.state().isInPostCopy()) {
            return new Verdict.Unsettled("a job still runs on the VM");
        }
        boolean livesHere =
                source.state().isRunning() || pausedBefore && !source.state().isPausedByMigration();
        if (livesHere) {
            return switch (destination) {
                case Unreachable u -> new Verdict.Stayed(false, false, false);
                case Absent a -> new Verdict.Stayed(false, false, true);
                case Stopped s -> new Verdict.Stayed(false, false, true);
                case Active d
                when d.state().isRunning() ->
                    new Verdict.HandsOff(
                            "the VM runs on both hosts: decide which copy to keep, then destroy the other");
                case Active d when d.busy() -> new Verdict.Unsettled("the destination is not done");
                case Active d -> new Verdict.Stayed(true, false, true);
            };
        }
        return switch (destination) {
            case Unreachable u ->
                new Verdict.Unsettled("paused here by the migration, and the destination's daemon does not answer");
            case Absent a -> new Verdict.Stayed(false, true, true);
            case Stopped s -> new Verdict.Stayed(false, true, true);
            case Active d
            when d.state().isRunning() && !d.state().isInPostCopy() && !d.busy() -> new Verdict.Moved(true, true);
            case Active d when d.awaitingMemory() -> new Verdict.Stayed(true, true, true);
            case Active d -> new Verdict.Unsettled("paused on both hosts, switched over or not");
        };
    }

    /** One end at least says that the stream of a post-copy broke off. */
    private static Verdict broken(EndView source, EndView destination, boolean sawItDie) {
        return switch (source) {
            case Unreachable u ->
                new Verdict.Unsettled("post-copy broke off, and the daemon of this host does not answer");
            case Stopped s when !s.state().hasMigratedAway() -> new Verdict.Lost(false, true);
            case Absent a when sawItDie -> new Verdict.Lost(false, true);
            case Stopped s -> handsOff();
            case Absent a -> handsOff();
            case Active s when !isPostCopyFailed(s) && !s.state().isInPostCopy() -> handsOff();
            case Active s ->
                switch (destination) {
                    case Unreachable u ->
                        new Verdict.Unsettled(
                                "post-copy broke off and the destination's daemon does not answer: the VM stands still"
                                        + " until it does, then it is taken up again");
                    case Absent a -> new Verdict.Lost(true, true);
                    case Stopped d -> new Verdict.Lost(true, true);
                    case Active d
                    when isPostCopyFailed(d)
                            || d.state().isInPostCopy()
                            || d.state().isPausedByMigration() -> new Verdict.Broken();
                    case Active d -> handsOff();
                };
        };
    }

    private static Verdict handsOff() {
        return new Verdict.HandsOff("post-copy broke off: each end holds a part of the VM's memory");
    }

    private static Verdict left() {
        return new Verdict.Unsettled("gone from here and not on the destination: someone else has moved or removed it");
    }

    private static boolean lives(Active end, boolean pausedBefore) {
        return !end.busy()
                && !end.state().isInPostCopy()
                && (end.state().isRunning() || pausedBefore && !end.awaitingMemory());
    }

    private static boolean isPostCopyFailed(EndView end) {
        return end instanceof Active a && a.state().isPostCopyFailed();
    }
}
