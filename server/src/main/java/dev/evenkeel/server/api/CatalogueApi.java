package dev.evenkeel.server.api;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.server.catalogue.Refused;
import dev.evenkeel.server.catalogue.SignedCatalogue;
import dev.evenkeel.server.http.Access;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Json;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.ProblemException;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.CatalogueView;
import dev.evenkeel.wire.tuf.Publication;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The signed catalogue: its metadata, word for word, and publications. */
public final class CatalogueApi {
    private final SignedCatalogue catalogue;
    private final UpdatesApi updates;

    public CatalogueApi(SignedCatalogue catalogue, UpdatesApi updates) {
        this.catalogue = catalogue;
        this.updates = updates;
    }

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/catalogue", call -> Answer.ok(CatalogueView.of(catalogue))),
                Route.get("/v1/catalogue/keys", call -> Answer.ok(CatalogueView.OnlineKeysView.of(catalogue))),
                file("/v1/catalogue/metadata/{file}", this::metadata),
                file("/v1/updates/{id}/manifest", this::manifest),
                Route.order("/v1/catalogue/publications", Publication.class, this::publish));
    }

    private static Route file(String path, Route.Streaming endpoint) {
        return new Route(Route.Verb.GET, path, Access.READ, List.of(), null, endpoint);
    }

    private void metadata(Call call, ServerResponse response) throws IOException {
        String file = call.path("file");
        send(catalogue.file(file), "metadata", file, "/v1/catalogue", response);
    }

    private void manifest(Call call, ServerResponse response) throws IOException {
        UpdateId id = Lookup.parse(UpdateId::new, "update", call.path("id"), "/v1/updates");
        send(catalogue.manifest(id), "signed update", id.value(), "/v1/updates", response);
    }

    private static void send(Optional<byte[]> bytes, String what, String name, String list, ServerResponse response) {
        byte[] found = bytes.orElseThrow(() -> Lookup.missing(what, name, list));
        response.header("Content-Type", "application/json");
        response.send(found);
    }

    private Answer publish(Call call) throws Exception {
        Publication publication = call.body(Publication.class);
        if (publication.root() == null && publication.targets() == null) {
            throw Problem.invalid("targets", "", "give root or targets, signed; evenkeel update sign makes them");
        }
        try {
            catalogue.publish(publication, this::take);
        } catch (Refused e) {
            throw refused(e);
        }
        return Answer.created("/v1/catalogue", CatalogueView.of(catalogue));
    }

    private void take(UpdateId id, byte[] manifest) throws IOException {
        Update update = Json.readPlain(manifest, Update.class);
        if (!update.id().equals(id)) {
            throw Problem.invalid(
                    "manifests", update.id().value(), "the targets name it " + id + "; give both the same id");
        }
        updates.take(update);
    }

    private static ProblemException refused(Refused e) {
        return e.outdated()
                ? Problem.Kind.CONFLICT.because(
                        e.field() + ": " + e.getMessage() + ".",
                        List.of(new dev.evenkeel.server.http.FieldError(e.field(), "", String.valueOf(e.getMessage()))))
                : Problem.invalid(e.field(), "", String.valueOf(e.getMessage()));
    }
}
