package dev.evenkeel.it;

/** Parts that are killed, hands on VMs and cancels, in the middle of runs. */
class FailureTest extends TroubledRuns implements KillTests, HandTests, CancelTests {
    FailureTest() {
        super("fail");
    }
}
