package dev.evenkeel.agent.migrate;

import dev.evenkeel.core.fleet.Refusal;
import java.util.List;

/** How an order to move a VM ended. */
public sealed interface MigrationResult {

    /** The VM runs on the destination and no longer here. */
    record Moved(Measurements measurements) implements MigrationResult {}

    /** Nothing was begun; the VM runs here as before. */
    record Refused(List<Refusal> why) implements MigrationResult {
        public Refused {
            why = List.copyOf(why);
        }
    }

    /** It was begun and did not succeed. What was left over on the other side is gone, except where the evidence says otherwise. */
    record Failed(Refusal why, Source source) implements MigrationResult {}

    /** Nobody can say where the VM lives. Nothing was touched; a person or a later look must tell. */
    record Unknown(Refusal evidence) implements MigrationResult {}

    /** What became of the VM on this host. */
    enum Source {
        /** It runs (or is paused by its owner) as before. */
        RUNNING,
        /** Its guest or a person shut it off meanwhile. */
        SHUT_OFF,
        /** It is running nowhere. */
        DEAD
    }
}
