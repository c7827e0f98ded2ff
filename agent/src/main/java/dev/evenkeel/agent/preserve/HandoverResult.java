package dev.evenkeel.agent.preserve;

import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.util.Optional;

/** How an order to hand a VM over to a new VMM ended. */
public sealed interface HandoverResult {

    /**
     * A new process has it, under the operator's daemon as before.
     *
     * @param stop how far its clock fell behind, both hops together; empty where the clock cannot be read
     * @param accounted the sum of QEMU's own accounts of both hops
     * @param total from the order to the end of the clean-up
     */
    record Done(Optional<Duration> stop, Duration accounted, Duration total) implements HandoverResult {}

    /** Nothing was begun. */
    record Refused(Refusal why) implements HandoverResult {}

    /** It was begun and came to nothing; the VM runs on in its old process. */
    record Failed(Refusal why) implements HandoverResult {}

    /** It does not stand where it should, or nobody can say. Nothing more was touched; a person must look. */
    record Unknown(Refusal evidence) implements HandoverResult {}
}
