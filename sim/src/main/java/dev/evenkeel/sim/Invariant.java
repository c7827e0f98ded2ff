package dev.evenkeel.sim;

/** What must hold after every event, whatever goes wrong. */
public enum Invariant {
    /** A VM ends only by a death of its host or its VMM, by its owner's hand, or by the risk its owner took. */
    NO_VM_LOST,
    NO_VM_TWICE,
    /** No scope has more holders than its limit, and a run touches only what it holds. */
    BUDGETS,
    /** Nothing is felt that the owner did not agree to. */
    CONSENT,
    /** A VM whose owner wants notice is touched only after it, or with its approval. */
    NOTICE,
    /** A VM that is exempt is not touched. */
    EXEMPT,
    /** In the scheduled phase no host is begun while one of another rack is worked on for the same rollout. */
    IN_TURN,
    /** No host is begun while its rollout is paused or halted. */
    HELD_BACK,
    /** A VM that we stopped runs again before its run ends, unless a person has it. */
    STARTED_AGAIN,
    /** What an agent does was committed first, word for word, and its run still wants it. */
    COMMITTED_INTENT,
    /** No effect is carried out twice. */
    ONCE,
    /** An outcome that an agent need not tell again is known to the store. */
    OUTCOME_KEPT,
    /** Whoever lost the lease neither commits nor is obeyed. */
    FENCE,
    /** Every run ends or reaches a person with its evidence, in bounded time. */
    ENDS_OR_PERSON,
    /** VMs stand still only while their host changes its kernel, and none comes to it meanwhile. */
    STILL,
    /** When all runs have ended, nothing is held or half left over and every host takes the next run. */
    USABLE,
    /** Expected trouble is a value; an exception is a bug. */
    NO_EXCEPTION,
    /** Only published updates reach a host. */
    PUBLISHED,
    /** A host that is to be emptied first is not changed while a VM lives on it. */
    EMPTY_HOST
}
