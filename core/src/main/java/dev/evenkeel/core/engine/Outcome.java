package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How an effect ended, as its agent saw it. */
public sealed interface Outcome {

    /**
     * The VM runs in its new place, and in no other.
     *
     * @param to its host now; where it was before, when it was handed over to a new process there
     * @param stop how long the VM did not run: by its own clock where that can be read, else by the hypervisor's account
     * @param total from the order to the end of the clean-up
     * @param skewBefore how far the guest's clock was off when it ran again, or null where it could not be read
     * @param clockSkew how far it was off after it was set, or null where it could not be read
     * @param foreseen what the agent foresaw just before it began, or null when it can't say any more
     */
    record Moved(
            HostId to,
            Duration stop,
            Duration total,
            Bytes transferred,
            boolean postCopy,
            @Nullable Duration skewBefore,
            @Nullable Duration clockSkew,
            @Nullable Foreseen foreseen)
            implements Outcome {
        /** A move of which nothing was foreseen. */
        public Moved(
                HostId to,
                Duration stop,
                Duration total,
                Bytes transferred,
                boolean postCopy,
                @Nullable Duration clockSkew) {
            this(to, stop, total, transferred, postCopy, null, clockSkew, null);
        }
    }

    /**
     * A forecast from a fresh measurement, and what its model has become by comparing it with what then happened.
     *
     * @param model the constants for this pair of hosts, as {@link dev.evenkeel.core.impact.MigrationModel#toMap} gives
     */
    record Foreseen(Duration stop, Duration total, SortedMap<String, Double> model) {
        public Foreseen {
            model = Collections.unmodifiableSortedMap(new TreeMap<>(model));
        }
    }

    /**
     * The update, its verification or its undo went through.
     *
     * @param before what ran before, by name
     * @param after what runs now
     * @param stood the VMs that ran on meanwhile, of a hot patch; how long each stood still by its clock is zero unless something
     *     is wrong
     */
    record Changed(SortedMap<String, String> before, SortedMap<String, String> after, List<Stood> stood)
            implements Outcome {
        public Changed {
            before = Collections.unmodifiableSortedMap(new TreeMap<>(before));
            after = Collections.unmodifiableSortedMap(new TreeMap<>(after));
            stood = stood == null ? List.of() : List.copyOf(stood); // null where an older agent tells it
        }

        /** No VM was there to feel it. */
        public Changed(SortedMap<String, String> before, SortedMap<String, String> after) {
            this(before, after, List.of());
        }
    }

    /**
     * The host was to start another kernel.
     *
     * @param before what ran before, by name
     * @param after what runs now
     * @param stood the VMs that stood still meanwhile, which is all of them unless none did
     * @param why why the host does not run the kernel that was wanted, or null when it does
     */
    record Switched(
            SortedMap<String, String> before,
            SortedMap<String, String> after,
            List<Stood> stood,
            @Nullable Refusal why) implements Outcome {
        public Switched {
            before = Collections.unmodifiableSortedMap(new TreeMap<>(before));
            after = Collections.unmodifiableSortedMap(new TreeMap<>(after));
            stood = List.copyOf(stood);
        }
    }

    /**
     * A VM that was there while its host's kernel was replaced or patched.
     *
     * @param stop how long it did not run: by its own clock where that can be read, else by its host's
     * @param total from the order until it was seen to run
     * @param skewBefore how far the guest's clock was off when it ran again, or null where it could not be read
     * @param clockSkew how far it was off after it was set, or null where it could not be read
     * @param died why it does not run any more, or null when it does
     */
    record Stood(
            VmId vm,
            Duration stop,
            Duration total,
            @Nullable Duration skewBefore,
            @Nullable Duration clockSkew,
            @Nullable Refusal died) {}

    /** The VM's guest went down because it was asked to; {@code askedAt} by the host's clock. */
    record Stopped(Instant askedAt) implements Outcome {}

    /**
     * The VM runs.
     *
     * @param at when that was so, by the host's clock
     * @param already it ran before the order came
     */
    record Started(Instant at, boolean already) implements Outcome {}

    /** An order that has nothing to tell, such as an abort, was carried out. */
    record Acted() implements Outcome {}

    /** It did not happen. */
    record Failed(Refusal why, Aftermath aftermath, boolean retryable) implements Outcome {}

    /** Nobody can say yet whether it happened. Never retried blindly. */
    record Unknown(Refusal why) implements Outcome {}

    /** What a failure left behind. */
    enum Aftermath {
        /** As if it had never been ordered. */
        UNCHANGED,
        /** The host is changed in part and wants its undo; or the guest was asked to go down and may yet do so. */
        CHANGED,
        /** The VM is no longer running anywhere. */
        VM_DEAD
    }
}
