package dev.evenkeel.agent.libvirt;

import java.time.Instant;
import java.util.UUID;

/** Something that happened to a domain, stamped when this process heard of it. */
public sealed interface DomainEvent {
    UUID id();

    String name();

    Instant at();

    /** A change of its life. */
    record LifecycleChanged(UUID id, String name, Instant at, Change change, int detail) implements DomainEvent {
        private static final int MIGRATED_IN_OR_SUSPENDED_OR_RESUMED = 1;
        private static final int STOPPED_MIGRATED = 3;

        /** Whether a migration is the cause. */
        public boolean byMigration() {
            return switch (change) {
                case STARTED, SUSPENDED, RESUMED -> detail == MIGRATED_IN_OR_SUSPENDED_OR_RESUMED;
                case STOPPED -> detail == STOPPED_MIGRATED;
                case DEFINED, UNDEFINED, SHUTDOWN, PM_SUSPENDED, CRASHED, OTHER -> false;
            };
        }
    }

    /** The guest was rebooted from inside or by a request to it. */
    record Rebooted(UUID id, String name, Instant at) implements DomainEvent {}

    /** A job ended, well or not; the statistics are its last ones. */
    record JobCompleted(UUID id, String name, Instant at, TypedParameters statistics) implements DomainEvent {}

    /** A migration began another pass over memory. */
    record MigrationIterated(UUID id, String name, Instant at, int iteration) implements DomainEvent {}

    /** The agent in the guest came or went. */
    record AgentChanged(UUID id, String name, Instant at, boolean connected) implements DomainEvent {}

    /** virDomainEventType, in its order. */
    enum Change {
        DEFINED,
        UNDEFINED,
        STARTED,
        SUSPENDED,
        RESUMED,
        STOPPED,
        SHUTDOWN,
        PM_SUSPENDED,
        CRASHED,
        OTHER;

        static Change of(int number) {
            return number >= 0 && number < OTHER.ordinal() ? values()[number] : OTHER;
        }
    }
}
