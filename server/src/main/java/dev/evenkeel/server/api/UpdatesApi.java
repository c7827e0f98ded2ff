package dev.evenkeel.server.api;

import dev.evenkeel.core.update.ManifestRules;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.server.http.Access;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Json;
import dev.evenkeel.server.http.Page;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.payload.PayloadStore;
import dev.evenkeel.server.view.UpdateView;
import dev.evenkeel.store.PgUpdates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The catalogue of updates. */
public final class UpdatesApi {
    private final PgUpdates updates;
    private final PayloadStore payloads;

    public UpdatesApi(PgUpdates updates, PayloadStore payloads) {
        this.updates = updates;
        this.payloads = payloads;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/updates", this::list),
                Route.get("/v1/updates/{id}", call -> Answer.ok(UpdateView.of(find(updates, call.path("id"))))),
                new Route(Route.Verb.POST, "/v1/updates", Access.ORDER, List.of(), null, (Route.Simple) this::apply));
    }

    static Update find(PgUpdates updates, String id) {
        return updates.find(Lookup.parse(UpdateId::new, "update", id, "/v1/updates"))
                .orElseThrow(() -> Lookup.missing("update", id, "/v1/updates"));
    }

    private Answer list(Call call) {
        Page.Request page = call.page();
        UpdateId before = page.after() == null ? null : new UpdateId(page.after());
        return Answer.ok(page.cut(
                updates.list(before, page.limit() + 1), update -> update.id().value(), UpdateView::of));
    }

    private Answer apply(Call call) throws IOException {
        Update update = manifest(call);
        Checks checks = new Checks();
        ManifestRules.check(update).forEach(e -> checks.wrong(e.field(), e.value(), e.remedy()));
        checks.done();
        checkPayloads(update);
        Optional<Update> there = updates.publish(update);
        if (there.isEmpty()) {
            return Answer.created("/v1/updates/" + update.id(), UpdateView.of(update));
        }
        if (!there.get().equals(update)) {
            throw Problem.Kind.CONFLICT.because("There is another update " + update.id()
                    + "; a manifest never changes, so give this one a new id.");
        }
        return Answer.ok(UpdateView.of(update));
    }

    private static Update manifest(Call call) {
        String type = call.mediaType();
        return switch (type) {
            case "application/json" -> Json.readPlain(call.rawBody(), Update.class);
            case "application/yaml", "application/x-yaml", "text/yaml" -> Json.readYaml(call.rawBody(), Update.class);
            default ->
                throw Problem.Kind.WRONG_MEDIA_TYPE.because(
                        "The body is " + type + "; send application/json or application/yaml.");
        };
    }

    private void checkPayloads(Update update) throws IOException {
        Checks checks = new Checks();
        for (var method : update.methods().entrySet()) {
            String at = "methods." + method.getKey();
            checkFiles(at + ".packages", method.getValue().packages(), checks);
            checkFiles(at + ".previous", method.getValue().previous(), checks);
        }
        checks.done();
    }

    private void checkFiles(String at, List<PackageFile> files, Checks checks) throws IOException {
        for (int i = 0; i < files.size(); i++) {
            PackageFile file = files.get(i);
            Optional<Path> stored = payloads.find(file.sha256());
            if (stored.isEmpty()) {
                checks.wrong(
                        at + "[" + i + "].sha256",
                        file.sha256(),
                        "store " + file.file() + " first: PUT /v1/payloads/" + file.sha256());
            } else if (Files.size(stored.get()) != file.size().value()) {
                checks.wrong(
                        at + "[" + i + "].size",
                        Long.toString(file.size().value()),
                        "give " + Files.size(stored.get()) + ", the size of the payload with this digest");
            }
        }
    }
}
