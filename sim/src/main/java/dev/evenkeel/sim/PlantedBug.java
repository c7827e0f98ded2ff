package dev.evenkeel.sim;

/** A mistake built in on purpose, to prove that the simulation can fail. Exists in the simulation only. */
public enum PlantedBug {
    NONE,
    /** Effects leave for the agents before the commit that orders them. */
    EFFECT_BEFORE_COMMIT,
    /** Neither the store nor the agents look at the lease's epoch. */
    SKIPPED_FENCE,
    /** Giving a budget back a second time takes it from whoever has it now. */
    BUDGET_RELEASED_TWICE,
    /** A run ends as soon as it should start the VMs that it has stopped. */
    FORGETS_STOPPED_VMS
}
