package dev.evenkeel.agent.preserve;

import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.util.Optional;

/** How an order to hand a VM over to a new VMM ended. */
public sealed interface HandoverResult {

    /**
     * A new process has it, under the operator's daemon as before, or ours where it was to be set aside.
     *
     * @param stop how far its clock fell behind, all hops together; empty where the clock cannot be read
     * @param accounted the sum of QEMU's own accounts of the hops
     * @param total from the order to the end of the clean-up
     * @param skewBefore how far its clock was off when it ran again; empty where it cannot be read or set
     * @param skewAfter how far it was off after it was set
     */
    record Done(
            Optional<Duration> stop,
            Duration accounted,
            Duration total,
            Optional<Duration> skewBefore,
            Optional<Duration> skewAfter)
            implements HandoverResult {}

    /** Nothing was begun. */
    record Refused(Refusal why) implements HandoverResult {}

    /**
     * It was begun and came to nothing; the VM runs on in its old process.
     *
     * @param dead it does not: the VM runs nowhere any more
     */
    record Failed(Refusal why, boolean dead) implements HandoverResult {}

    /** It does not stand where it should, or nobody can say. Nothing more was touched; a person must look. */
    record Unknown(Refusal evidence) implements HandoverResult {}
}
