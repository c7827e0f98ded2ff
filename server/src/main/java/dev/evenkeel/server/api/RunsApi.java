package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Page;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Host runs: where they stand, their story, and what a person may order of one. */
public final class RunsApi {
    private static final Set<RunOutcome> RESOLUTIONS =
            Set.of(RunOutcome.DONE, RunOutcome.UNDONE, RunOutcome.CANCELLED, RunOutcome.FAILED);

    private final RunStore store;
    private final RunDesk desk;
    private final RunViews views;
    private final Predicate<HostId> answers;

    /** @param answers whether a host's agent is heard of at the moment */
    public RunsApi(RunStore store, RunDesk desk, RunViews views, Predicate<HostId> answers) {
        this.store = store;
        this.desk = desk;
        this.views = views;
        this.answers = answers;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/runs", this::list, "rollout", "host", "active"),
                Route.get("/v1/runs/{id}", call -> Answer.ok(views.of(find(call)))),
                Route.list("/v1/runs/{id}/events", this::story),
                Route.order("/v1/runs/{id}/cancel", Bodies.Reason.class, this::cancel),
                Route.order("/v1/runs/{id}/resolve", Bodies.Resolution.class, this::resolve));
    }

    private HostRun find(Call call) {
        return Lookup.run(store, HostRun.class, "run", call.path("id"), "/v1/runs");
    }

    private Answer list(Call call) {
        Optional<String> rollout = call.query("rollout");
        Optional<String> host = call.query("host");
        Optional<Boolean> active = call.flag("active");
        Predicate<HostRun> wanted = run ->
                rollout.map(id -> run.rollout() != null && run.rollout().value().equals(id))
                                .orElse(true)
                        && host.map(id -> run.host().value().equals(id)).orElse(true)
                        && active.map(yes -> run.ended() != yes).orElse(true);
        Page.Request page = call.page();
        List<HostRun> runs = matching(
                wanted, active.orElse(false), page.after() == null ? null : new RunId(page.after()), page.limit() + 1);
        return Answer.ok(page.cut(runs, run -> run.id().value(), views::of));
    }

    /** Goes through the store's list until enough are found; the store knows neither rollout nor host of a run. */
    private List<HostRun> matching(Predicate<HostRun> wanted, boolean activeOnly, @Nullable RunId after, int enough) {
        List<HostRun> found = new ArrayList<>();
        RunId before = after;
        while (found.size() < enough) {
            List<StoredRun> batch = store.runs(new RunQuery("HostRun", activeOnly, before, Page.Request.MAX_LIMIT));
            for (StoredRun stored : batch) {
                if (found.size() < enough && stored.run() instanceof HostRun run && wanted.test(run)) {
                    found.add(run);
                }
            }
            if (batch.size() < Page.Request.MAX_LIMIT) {
                break;
            }
            before = batch.getLast().run().id();
        }
        return found;
    }

    private Answer story(Call call) {
        HostRun run = find(call);
        Page.Request page = call.page();
        return Answer.ok(page.of(store.story(run.id()), e -> "%019d".formatted(e.version()), Stories::of));
    }

    private Answer cancel(Call call) {
        String reason = call.body(Bodies.Reason.class).reason();
        HostRun run = find(call);
        desk.tell(run, new RunEvent.CancelOrdered(call.who().name(), reason == null ? "no reason given" : reason));
        return Answer.accepted("/v1/runs/" + run.id(), views.of(find(call)));
    }

    private Answer resolve(Call call) {
        HostRun run = find(call);
        Bodies.Resolution order = call.body(Bodies.Resolution.class);
        Checks checks = new Checks();
        String as = checks.required("as", order.as(), "FAILED", "give one of " + RESOLUTIONS);
        Optional<RunOutcome> outcome =
                RESOLUTIONS.stream().filter(o -> o.name().equals(as)).findFirst();
        checks.wrongUnless(outcome.isPresent(), "as", as, "give one of " + RESOLUTIONS);
        String reason = checks.required("reason", order.reason(), "", "say what you saw on the host");
        checks.done();
        if (!run.needsPerson()) {
            throw Problem.Kind.CONFLICT.because("Run " + run.id() + " is in state " + run.stateName()
                    + " and waits for nobody; to stop it, POST /v1/runs/" + run.id() + "/cancel.");
        }
        requireNothingUnderWay(run);
        desk.tell(run, new RunEvent.ResolveOrdered(call.who().name(), outcome.orElseThrow(), reason));
        return Answer.accepted("/v1/runs/" + run.id(), views.of(find(call)));
    }

    /**
     * Closing a run gives its host free. That must not happen while its agent works there; what an agent that is silent
     * does, only the person who asks can know.
     */
    private void requireNothingUnderWay(HostRun run) {
        List<EffectRecord> underWay = store.effects(run.id()).stream()
                .filter(effect -> effect.outstanding() && !(effect.effect() instanceof Effect.AskAgain))
                .filter(effect -> answers.test(effect.agent()))
                .toList();
        if (!underWay.isEmpty()) {
            String what = underWay.stream()
                    .map(effect -> effect.effect().getClass().getSimpleName() + " (" + effect.id()
                            + ") at the agent of " + effect.agent())
                    .collect(Collectors.joining(", "));
            throw Problem.Kind.CONFLICT.because(
                    "Still under way: " + what + ", which answers. Wait for its end, which"
                            + " the run takes up by itself, or have it given up: evenkeel run cancel " + run.id()
                            + ". If it hangs,"
                            + " end what it does on the host, or stop the agent there and close the run once the host is SILENT.");
        }
    }
}
