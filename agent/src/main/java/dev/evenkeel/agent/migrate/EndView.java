package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainState;
import dev.evenkeel.agent.libvirt.LibvirtError;
import dev.evenkeel.agent.libvirt.LibvirtException;
import java.util.Optional;
import java.util.UUID;

/** What one end of a move says of the VM. */
public sealed interface EndView {

    /** The daemon does not answer. */
    record Unreachable(String why) implements EndView {}

    /** The daemon answers and knows no such VM. */
    record Absent() implements EndView {}

    /** It is defined and has no process. */
    record Stopped(DomainState state) implements EndView {}

    /**
     * It has a process.
     *
     * @param busy a job runs on it
     * @param awaitingMemory its VMM waits for memory to come in: the guest has never run in this process
     */
    record Active(DomainState state, boolean busy, boolean awaitingMemory) implements EndView {}

    /** Looks. Never throws what a daemon may do. */
    static EndView look(Optional<Connection> connection, UUID vm) {
        if (connection.isEmpty()) {
            return new Unreachable("no connection");
        }
        try (Domain domain = connection.get().domain(vm).orElse(null)) {
            return domain == null ? new Absent() : of(domain);
        } catch (LibvirtException e) {
            return e.code() == LibvirtError.NO_DOMAIN ? new Absent() : new Unreachable(e.getMessage());
        }
    }

    private static EndView of(Domain domain) {
        DomainState state = domain.state();
        if (!state.isActive()) {
            return new Stopped(state);
        }
        boolean busy = isBusy(domain);
        return new Active(state, busy, state.isPaused() && !busy && isAwaitingMemory(domain));
    }

    private static boolean isBusy(Domain domain) {
        try {
            return domain.job().isRunning();
        } catch (LibvirtException e) {
            if (e.code() == LibvirtError.OPERATION_UNSUPPORTED) {
                return true; // "migration statistics are available only on the source host": it is coming in
            }
            if (e.code() == LibvirtError.NO_SUPPORT) {
                return false; // a driver without jobs
            }
            throw e;
        }
    }

    /** libvirt has no call that tells a guest that waits for its memory from one that was paused; QEMU's own status does. */
    private static boolean isAwaitingMemory(Domain domain) {
        try {
            return domain.monitor("{\"execute\":\"query-status\"}").contains("\"inmigrate\"");
        } catch (LibvirtException e) {
            return false;
        }
    }

    /** The daemon answers, and the VM has no process there. */
    default boolean isGone() {
        return this instanceof Absent || this instanceof Stopped;
    }

    /** In words, for evidence. */
    default String inWords() {
        return switch (this) {
            case Unreachable u -> "does not answer: " + u.why();
            case Absent a -> "does not know the VM";
            case Stopped s ->
                "has it defined, not running (" + s.state().status() + ", reason "
                        + s.state().reason() + ")";
            case Active a ->
                "has it " + a.state().status() + ", reason " + a.state().reason()
                        + (a.busy() ? ", a job runs on it" : "")
                        + (a.awaitingMemory() ? ", its memory has not come in" : "");
        };
    }
}
