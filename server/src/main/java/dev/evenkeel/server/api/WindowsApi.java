package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.window.MaintenanceConfiguration;
import dev.evenkeel.core.window.OwnedWindow;
import dev.evenkeel.core.window.WindowDraft;
import dev.evenkeel.core.window.WindowId;
import dev.evenkeel.core.window.WindowRules;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.WindowView;
import dev.evenkeel.server.window.WindowBook;
import dev.evenkeel.store.WindowAssignmentRecord;
import dev.evenkeel.store.WindowRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Maintenance configurations: when owners let their VMs and hosts be touched. */
public final class WindowsApi {
    /** A tenant has no more windows than this, and a window no more assignments. */
    private static final int MOST = 1000;

    private final WindowBook book;
    private final TimeSource time;

    public WindowsApi(WindowBook book, TimeSource time) {
        this.book = book;
        this.time = time;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/windows", this::list, "tenant"),
                Route.order("/v1/windows", Bodies.WindowOrder.class, this::create),
                Route.get("/v1/windows/{id}", call -> Answer.ok(view(call, find(book, call)))),
                Route.removal("/v1/windows/{id}", this::remove),
                Route.order("/v1/windows/{id}/assignments", Bodies.AssignmentOrder.class, this::assign),
                Route.removal("/v1/windows/{id}/assignments/{assignment}", this::unassign));
    }

    /** The caller's: a tenant's own, or everybody's and the region's. */
    private static List<WindowRecord> seen(WindowBook book, Call call) {
        return book.all().stream()
                .filter(window -> Owners.seen(call, window.tenant()))
                .toList();
    }

    /** The one that the path names: by its id, or by a name that only one has. */
    static WindowRecord find(WindowBook book, Call call) {
        String named = call.path("id");
        List<WindowRecord> seen = seen(book, call);
        Optional<WindowRecord> itself =
                seen.stream().filter(one -> one.id().value().equals(named)).findFirst();
        List<WindowRecord> called =
                seen.stream().filter(one -> named.equals(one.draft().name())).toList();
        if (itself.isEmpty() && called.size() > 1) {
            throw Problem.Kind.CONFLICT.because("The name " + named + " is that of " + called.size()
                    + " windows; give one of their ids: "
                    + called.stream().map(WindowRecord::id).toList() + ".");
        }
        return itself.or(() -> called.stream().findFirst())
                .orElseThrow(() -> Lookup.missing("window", named, "/v1/windows"));
    }

    private WindowView view(Call call, WindowRecord record) {
        return view(call, record, book.assignmentsOf(record.id()));
    }

    private WindowView view(Call call, WindowRecord record, List<WindowAssignmentRecord> assignments) {
        OwnedWindow window = book.find(record.id())
                .orElseThrow(() -> Lookup.missing("window", record.id().value(), "/v1/windows"));
        WindowView whole = WindowView.of(record, window, assignments, time.now());
        return call.who().only().isPresent() ? whole.forOwner(call.fleet()) : whole;
    }

    private Answer list(Call call) {
        Optional<String> tenant = call.query("tenant");
        Map<WindowId, List<WindowAssignmentRecord>> assignments = book.assignmentsByWindow();
        List<WindowRecord> windows = seen(book, call).stream()
                .filter(window -> tenant.map(wanted -> window.tenant() != null
                                && wanted.equals(window.tenant().value()))
                        .orElse(true))
                .sorted(Comparator.comparing(WindowsApi::place))
                .toList();
        return Answer.ok(call.page()
                .of(
                        windows,
                        WindowsApi::place,
                        window -> view(call, window, assignments.getOrDefault(window.id(), List.of()))));
    }

    /** Where one stands in a list: by name, which each owner has once, then by id. */
    private static String place(WindowRecord window) {
        return window.draft().name() + '\0' + window.id();
    }

    private Answer create(Call call) {
        Bodies.WindowOrder order = call.body(Bodies.WindowOrder.class);
        Checks checks = new Checks();
        TenantId tenant = Owners.named(call, order.tenant(), checks);
        MaintenanceConfiguration good = switch (WindowRules.read(new WindowDraft(
                order.name(),
                order.maintenanceScope(),
                order.startDateTime(),
                order.expirationDateTime(),
                order.duration(),
                order.timeZone(),
                order.recurEvery()))) {
            case WindowRules.Reading.Good read -> read.configuration();
            case WindowRules.Reading.Bad bad -> {
                bad.errors()
                        .forEach(error -> checks.wrong(
                                error.field(), error.value().isEmpty() ? null : error.value(), error.remedy()));
                checks.done();
                throw new IllegalStateException("a bad draft has errors");
            }
        };
        checks.wrongUnless(
                !good.from(time.now(), 1).isEmpty(),
                "expirationDateTime",
                order.expirationDateTime(),
                "give a time to come, or leave it out");
        checks.done();
        List<WindowRecord> others = book.all().stream()
                .filter(one -> java.util.Objects.equals(one.tenant(), tenant))
                .toList();
        if (others.size() >= MOST) {
            throw Problem.Kind.CONFLICT.because("There are " + MOST + " windows already; delete some first.");
        }
        WindowRecord window = new WindowRecord(
                new WindowId(call.newId("win")),
                tenant,
                good.draft(),
                time.now(),
                call.who().name());
        if (!book.add(window)) {
            throw Problem.Kind.CONFLICT.because(
                    "There is a window " + good.name() + " already; give this one another name, or delete that one.");
        }
        return Answer.created("/v1/windows/" + window.id(), view(call, window));
    }

    private Answer remove(Call call) {
        WindowRecord window = find(book, call);
        WindowView gone = view(call, window);
        if (!book.remove(window.id())) {
            throw Problem.Kind.CONFLICT.because("Window " + window.draft().name()
                    + " is assigned to something, which would be without a window; end its assignments first.");
        }
        return Answer.ok(gone);
    }

    private Answer assign(Call call) {
        WindowRecord window = find(book, call);
        Bodies.AssignmentOrder order = call.body(Bodies.AssignmentOrder.class);
        if (book.assignmentsOf(window.id()).size() >= MOST) {
            throw Problem.Kind.CONFLICT.because(
                    "The window has " + MOST + " assignments already; use a filter, or end some first.");
        }
        WindowAssignmentRecord assignment = new WindowAssignmentRecord(
                call.newId("wa"), window.id(), WindowTargets.of(order, window, call.fleet()));
        WindowAssignmentRecord kept = book.assign(assignment)
                .orElseThrow(() -> Lookup.missing("window", window.id().value(), "/v1/windows"));
        WindowView view = view(call, window);
        return kept.id().equals(assignment.id())
                ? Answer.created("/v1/windows/" + window.id() + "/assignments/" + kept.id(), view)
                : Answer.ok(view);
    }

    private Answer unassign(Call call) {
        WindowRecord window = find(book, call);
        String id = call.path("assignment");
        boolean its = book.assignmentsOf(window.id()).stream()
                .anyMatch(one -> one.id().equals(id));
        if (!its || !book.unassign(id)) {
            throw Lookup.missing("assignment", id, "/v1/windows/" + call.path("id"));
        }
        return Answer.ok(view(call, window));
    }
}
