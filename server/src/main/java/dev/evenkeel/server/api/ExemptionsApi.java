package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.exempt.Exempted;
import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.exempt.ExemptionId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.server.exempt.ExemptionBook;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.ExemptionView;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Exemptions: VMs that operators keep from maintenance for a while. */
public final class ExemptionsApi {
    /** No more than these hold at once. */
    private static final int MOST = 10_000;

    /** A longer reason is a document of its own. */
    private static final int LONGEST_REASON = 500;

    private final ExemptionBook book;
    private final Function<UpdateId, @Nullable Update> catalogue;
    private final TimeSource time;

    public ExemptionsApi(ExemptionBook book, Function<UpdateId, @Nullable Update> catalogue, TimeSource time) {
        this.book = book;
        this.catalogue = catalogue;
        this.time = time;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/exemptions", this::list, "vm", "tenant"),
                Route.order("/v1/exemptions", Bodies.ExemptionOrder.class, this::create),
                Route.get("/v1/exemptions/{id}", call -> Answer.ok(ExemptionView.of(find(call)))),
                Route.removal("/v1/exemptions/{id}", this::remove));
    }

    /** A tenant sees those of its own VMs. */
    private List<Exemption> seen(Call call) {
        boolean all = call.who().only().isEmpty();
        return book.all(time.now()).stream()
                .filter(one -> all
                        || switch (one.whom()) {
                            case Exempted.OneVm vm -> call.fleet().vm(vm.vm()).isPresent();
                            case Exempted.AllOf of -> call.who().sees(of.tenant());
                        })
                .toList();
    }

    private Exemption find(Call call) {
        String id = call.path("id");
        return seen(call).stream()
                .filter(one -> one.id().value().equals(id))
                .findFirst()
                .orElseThrow(() -> Lookup.missing("exemption", id, "/v1/exemptions"));
    }

    private Answer list(Call call) {
        List<Exemption> wanted = seen(call).stream()
                .filter(one -> call.query("vm")
                        .map(vm -> one.whom() instanceof Exempted.OneVm only
                                && only.vm().value().equals(vm))
                        .orElse(true))
                .filter(one -> call.query("tenant")
                        .map(tenant -> one.whom() instanceof Exempted.AllOf all
                                && all.tenant().value().equals(tenant))
                        .orElse(true))
                .toList();
        return Answer.ok(call.page().of(wanted, one -> one.id().value(), ExemptionView::of));
    }

    private Answer create(Call call) {
        Bodies.ExemptionOrder order = call.body(Bodies.ExemptionOrder.class);
        Instant now = time.now().truncatedTo(ChronoUnit.MICROS);
        Checks checks = new Checks();
        Exempted whom = whom(call, order, checks);
        UpdateId update = checks.parsed("update", order.update(), UpdateId::new);
        checks.wrongUnless(
                update == null || catalogue.apply(update) != null,
                "update",
                order.update(),
                "give the id of an update, or leave it out for all maintenance; GET /v1/updates lists them");
        String days = "give a time to come, at most " + Exemption.LONGEST.toDays() + " days ahead";
        Instant until = checks.required("until", order.until(), now.plusSeconds(1), days)
                .truncatedTo(ChronoUnit.MICROS);
        checks.wrongUnless(
                until.isAfter(now) && !until.isAfter(now.plus(Exemption.LONGEST)), "until", order.until(), days);
        String reason = order.reason() == null ? "" : order.reason().strip();
        checks.wrongUnless(
                !reason.isEmpty() && reason.length() <= LONGEST_REASON,
                "reason",
                order.reason(),
                "say why, in at most " + LONGEST_REASON + " characters; the VMs' owners read it");
        checks.done();
        if (book.all(now).size() >= MOST) {
            throw Problem.Kind.CONFLICT.because(
                    "There are " + MOST + " exemptions already; exempt a tenant, or delete some first.");
        }
        ExemptionId id = new ExemptionId(call.newId("exempt"));
        book.add(new Exemption(id, whom, update, now, until, reason, call.who().name()));
        return Answer.created(
                "/v1/exemptions/" + id,
                book.all(now).stream()
                        .filter(one -> one.id().equals(id))
                        .findFirst()
                        .map(ExemptionView::of)
                        .orElseThrow(() -> Lookup.missing("exemption", id.value(), "/v1/exemptions")));
    }

    private static Exempted whom(Call call, Bodies.ExemptionOrder order, Checks checks) {
        String vm = order.vm();
        String tenant = order.tenant();
        checks.wrongUnless((vm == null) != (tenant == null), "vm", vm, "give either vm or tenant");
        if (tenant == null) {
            return new Exempted.OneVm(
                    vm == null ? new VmId("none") : Lookup.vm(call.fleet(), vm).id());
        }
        TenantId parsed = checks.parsed("tenant", tenant, TenantId::new);
        boolean known =
                call.fleet().allVms().stream().anyMatch(one -> one.tenant().equals(parsed));
        checks.wrongUnless(
                parsed == null || known, "tenant", tenant, "give a tenant that has VMs; GET /v1/vms lists them");
        return new Exempted.AllOf(parsed == null ? new TenantId("none") : parsed);
    }

    private Answer remove(Call call) {
        Exemption one = find(call);
        return Answer.ok(ExemptionView.of(book.remove(one.id(), call.who().name(), time.now())
                .orElseThrow(() -> Lookup.missing("exemption", one.id().value(), "/v1/exemptions"))));
    }
}
