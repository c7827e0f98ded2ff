package dev.evenkeel.server.api;

import dev.evenkeel.core.update.ManifestRules;
import dev.evenkeel.core.update.PayloadFile;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.server.catalogue.SignedCatalogue;
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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The catalogue of updates. */
public final class UpdatesApi {
    private final PgUpdates updates;
    private final PayloadStore payloads;
    private final SignedCatalogue catalogue;

    public UpdatesApi(PgUpdates updates, PayloadStore payloads, SignedCatalogue catalogue) {
        this.updates = updates;
        this.payloads = payloads;
        this.catalogue = catalogue;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/updates", this::list),
                Route.get("/v1/updates/{id}", call -> Answer.ok(view(find(updates, call.path("id"))))),
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
                updates.list(before, page.limit() + 1), update -> update.id().value(), this::view));
    }

    private UpdateView view(Update update) {
        try {
            return UpdateView.of(update, catalogue.signature(update.id()));
        } catch (IOException e) {
            throw new UncheckedIOException("whether " + update.id() + " is signed cannot be read", e);
        }
    }

    private Answer apply(Call call) throws IOException {
        Update update = manifest(call);
        if (catalogue.hasRoot()) {
            throw Problem.Kind.CONFLICT.because("Hosts take only signed updates since the catalogue has a root, and "
                    + update.id() + " comes without a signature; sign it with: evenkeel update sign, and then:"
                    + " evenkeel update publish.");
        }
        boolean isNew = take(update);
        return isNew ? Answer.created("/v1/updates/" + update.id(), view(update)) : Answer.ok(view(update));
    }

    /**
     * Takes an update in whose manifest is good and whose payloads are here.
     *
     * @return false when the very same was taken in before
     */
    boolean take(Update update) throws IOException {
        Checks checks = new Checks();
        ManifestRules.check(update).forEach(e -> checks.wrong(e.field(), e.value(), e.remedy()));
        checks.done();
        checkPayloads(update);
        Optional<Update> there = updates.publish(update);
        if (there.isPresent() && !there.get().equals(update)) {
            throw Problem.Kind.CONFLICT.because("There is another update " + update.id()
                    + "; a manifest never changes, so give this one a new id.");
        }
        return there.isEmpty();
    }

    /** Refuses an update that hosts would refuse. */
    static void requireTrusted(SignedCatalogue catalogue, Update update) {
        try {
            if (catalogue.hasRoot()) {
                switch (catalogue.signature(update.id())) {
                    case SIGNED -> {}
                    case REVOKED ->
                        throw Problem.Kind.CONFLICT.because("Update " + update.id()
                                + " was revoked by its publishers, and every host refuses it; roll another one out.");
                    case UNSIGNED ->
                        throw Problem.Kind.CONFLICT.because("Update " + update.id()
                                + " is not signed, and every host refuses it since the catalogue has a root; sign it"
                                + " with: evenkeel update sign, and then: evenkeel update publish.");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("whether " + update.id() + " is signed cannot be read", e);
        }
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
            checkFiles(at + ".patches", method.getValue().patches(), checks);
        }
        checks.done();
    }

    private void checkFiles(String at, List<? extends PayloadFile> files, Checks checks) throws IOException {
        for (int i = 0; i < files.size(); i++) {
            PayloadFile file = files.get(i);
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
