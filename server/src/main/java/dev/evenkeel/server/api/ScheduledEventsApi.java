package dev.evenkeel.server.api;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.notice.RunNotices;
import dev.evenkeel.server.view.ScheduledEventView;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/** Scheduled events, from outside the VMs: see them, and let one begin at once. */
public final class ScheduledEventsApi {
    private final RunNotices notices;

    public ScheduledEventsApi(RunNotices notices) {
        this.notices = notices;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/scheduled-events", this::list, "vm", "tenant"),
                Route.order("/v1/scheduled-events/{id}/approve", Bodies.Reason.class, this::approve));
    }

    /** Those of VMs that the caller sees. */
    private List<ScheduledEventView> all(Call call) {
        Fleet seen = call.fleet();
        return notices.told().stream()
                .flatMap(told ->
                        seen.vm(told.event().vms().getFirst()).map(vm -> ScheduledEventView.of(told, vm)).stream())
                .toList();
    }

    private Answer list(Call call) {
        List<ScheduledEventView> wanted = all(call).stream()
                .filter(event -> call.query("vm").map(event.vm()::equals).orElse(true)
                        && call.query("tenant").map(event.tenant()::equals).orElse(true))
                .sorted(Comparator.comparing(ScheduledEventView::id))
                .toList();
        return Answer.ok(call.page().of(wanted, ScheduledEventView::id, event -> event));
    }

    private Answer approve(Call call) {
        String id = call.path("id");
        Supplier<RuntimeException> unknown = () -> Problem.Kind.NOT_FOUND.because(
                "There is no scheduled event " + id + "; it is over, or was withdrawn: see GET /v1/scheduled-events.");
        ScheduledEventView before = all(call).stream()
                .filter(event -> event.id().equals(id))
                .findFirst()
                .orElseThrow(unknown);
        if (notices.approve(new EventId(before.id()), call.who().name()).isEmpty()) {
            throw unknown.get();
        }
        ScheduledEventView after = all(call).stream()
                .filter(event -> event.id().equals(id))
                .findFirst()
                .orElse(before);
        return Answer.accepted("/v1/scheduled-events?vm=" + after.vm(), after);
    }
}
