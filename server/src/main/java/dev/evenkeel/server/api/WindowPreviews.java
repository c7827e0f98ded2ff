package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.window.Assignments;
import dev.evenkeel.core.window.OwnedWindow;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.WindowPreviewView;
import dev.evenkeel.server.window.Waiting;
import dev.evenkeel.server.window.WindowBook;
import dev.evenkeel.store.WindowRecord;
import java.util.List;

/** When windows open next, and what is waiting for that: of one window, of a VM, of a host. */
public final class WindowPreviews {
    private final WindowBook book;
    private final RunStore store;
    private final TimeSource time;

    public WindowPreviews(WindowBook book, RunStore store, TimeSource time) {
        this.book = book;
        this.store = store;
        this.time = time;
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/windows/{id}/preview", this::ofWindow),
                Route.get("/v1/vms/{id}/windows", this::ofVm),
                Route.get("/v1/hosts/{id}/windows", this::ofHost));
    }

    private Answer ofWindow(Call call) {
        WindowRecord record = WindowsApi.find(book, call);
        OwnedWindow window = book.find(record.id())
                .orElseThrow(() -> Lookup.missing("window", record.id().value(), "/v1/windows"));
        Assignments assignments = book.assignments();
        List<Waiting> waiting = Waiting.forVms(
                store, call.fleet(), vm -> assignments.counting(vm).contains(window));
        return Answer.ok(WindowPreviewView.of(List.of(window), waiting, time.now()));
    }

    private Answer ofVm(Call call) {
        Fleet fleet = call.fleet();
        Vm vm = Lookup.vm(fleet, call.path("id"));
        List<Waiting> waiting = Waiting.forVms(store, fleet, other -> other.id().equals(vm.id()));
        return Answer.ok(WindowPreviewView.of(book.assignments().counting(vm), waiting, time.now()));
    }

    private Answer ofHost(Call call) {
        Fleet fleet = call.fleet();
        Host host = Lookup.host(fleet, call.path("id"));
        return Answer.ok(WindowPreviewView.of(
                book.assignments().counting(host.id()).stream()
                        .filter(window -> window.tenant() == null || call.who().sees(window.tenant()))
                        .toList(),
                Waiting.forHost(store, fleet, host.id()),
                time.now()));
    }
}
