package dev.evenkeel.core.rollout;

import dev.evenkeel.core.engine.Decider;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunDecider;

/** All kinds of runs and who decides for them. */
public final class Deciders implements Decider {
    @Override
    public Step decide(Run run, RunEvent event, World world) {
        if (run instanceof HostRun hostRun) {
            return HostRunDecider.decide(hostRun, event, world);
        }
        if (run instanceof Rollout rollout) {
            return RolloutDecider.decide(rollout, event, world);
        }
        throw new IllegalArgumentException(
                "nobody decides for a " + run.getClass().getName());
    }
}
