package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.loop.Shards;
import dev.evenkeel.server.view.RolloutView;

/** Creates runs and tells them things, for all routes that do. */
public final class RunDesk {
    private final RunStore store;
    private final Shards shards;
    private final RunViews views;

    public RunDesk(RunStore store, Shards shards, RunViews views) {
        this.store = store;
        this.shards = shards;
        this.views = views;
    }

    /** Begins a host run; one with this id that is there already was ordered by the same key before, and is the answer. */
    Answer order(HostRun run) {
        begin(run);
        return Answer.accepted(
                "/v1/runs/" + run.id(),
                views.of(Lookup.run(store, HostRun.class, "run", run.id().value(), "/v1/runs")));
    }

    /** The same for somebody who is not told of runs. */
    void begin(HostRun run) {
        if (store.load(run.id()).isEmpty()) {
            shards.order(run);
        }
    }

    /** Begins a rollout, likewise. */
    Answer order(Rollout rollout) {
        if (store.load(rollout.id()).isEmpty()) {
            shards.order(rollout);
        }
        return Answer.created(
                "/v1/rollouts/" + rollout.id(),
                RolloutView.of(
                        Lookup.run(store, Rollout.class, "rollout", rollout.id().value(), "/v1/rollouts")));
    }

    /** Tells a run something, unless it is over. */
    void tell(Run run, RunEvent event) {
        boolean over = store.load(run.id()).map(StoredRun::run).map(Run::ended).orElse(true);
        if (over || !shards.tell(run.shard(), run.id(), event)) {
            throw Problem.Kind.CONFLICT.because(run.id() + " is over; nothing can be ordered of it any more.");
        }
    }
}
