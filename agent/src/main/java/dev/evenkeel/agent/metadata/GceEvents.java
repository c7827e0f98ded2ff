package dev.evenkeel.agent.metadata;

import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.VmDocument;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The maintenance event of Compute Engine's metadata server, with requests that wait for a change. A VM reads of an event
 * from 60 s before it begins.
 *
 * @see <a href="https://cloud.google.com/compute/docs/metadata/getting-live-migration-notice">the event</a>
 * @see <a href="https://cloud.google.com/compute/docs/metadata/querying-metadata">waiting for changes</a>
 */
final class GceEvents {
    private static final String FLAVOR = "Metadata-Flavor";
    private static final Duration AHEAD = Duration.ofSeconds(60);
    /** A client that names no time is answered after this one and asks again. */
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final GuestDocuments documents;
    private final InstantSource clock;

    GceEvents(GuestDocuments documents, InstantSource clock) {
        this.documents = documents;
        this.clock = clock;
    }

    /** A value and the name of this state of it. */
    private record Value(String text, String tag) {}

    Reply answer(GuestVm vm, HttpRequest request) {
        if (request.path().equals("/")) { // how clients find out where they are
            return Reply.now(marked(HttpAnswer.of(200, "application/text", "computeMetadata/\n")));
        }
        if (!request.header(FLAVOR).orElse("").equalsIgnoreCase("Google")) {
            return Reply.now(marked(HttpAnswer.text(403, "Missing " + FLAVOR + ":Google header.\n")));
        }
        if (!request.isGet()) {
            return Reply.now(marked(HttpAnswer.text(405, "Method not allowed\n").with("Allow", "GET")));
        }
        return switch (request.path()) {
            case "/computeMetadata" -> text("v1/\n");
            case "/computeMetadata/v1" -> text("instance/\n");
            case "/computeMetadata/v1/instance" -> text("id\nmaintenance-event\nname\n");
            case "/computeMetadata/v1/instance/id" -> text(vm.id().value());
            case "/computeMetadata/v1/instance/name" -> text(vm.name());
            case "/computeMetadata/v1/instance/maintenance-event" -> event(vm, request);
            default -> Reply.now(marked(HttpAnswer.text(404, "Not found\n")));
        };
    }

    private static Reply text(String text) {
        return Reply.now(marked(HttpAnswer.of(200, "application/text", text)));
    }

    private Reply event(GuestVm vm, HttpRequest request) {
        boolean json = request.parameter("alt").orElse("").equals("json");
        if (!Boolean.parseBoolean(
                request.parameter("wait_for_change").orElse("").toLowerCase(Locale.ROOT))) {
            return Told.by(documents, vm, document -> answer(value(document), json));
        }
        String known = request.parameter("last_etag")
                .orElseGet(() -> documents.of(vm.id()).map(d -> value(d).tag()).orElse(""));
        return new Reply.Held(
                () -> documents
                        .of(vm.id())
                        .map(this::value)
                        .filter(value -> !value.tag().equals(known))
                        .map(value -> answer(value, json)),
                patience(request.parameter("timeout_sec").orElse("")),
                () -> documents
                        .of(vm.id())
                        .map(document -> answer(value(document), json))
                        .orElseGet(() -> marked(Told.notNow("it is not known yet what this VM is to be told"))));
    }

    private static Duration patience(String seconds) {
        if (!seconds.matches("[0-9]{1,9}")) {
            return LONGEST_WAIT;
        }
        Duration wished = Duration.ofSeconds(Long.parseLong(seconds));
        return wished.compareTo(LONGEST_WAIT) < 0 ? wished : LONGEST_WAIT;
    }

    private static HttpAnswer answer(Value value, boolean json) {
        HttpAnswer answer = json
                ? HttpAnswer.of(200, "application/json", Json.mapper().writeValueAsString(value.text()))
                : HttpAnswer.of(200, "application/text", value.text());
        return marked(answer.with("ETag", value.tag()));
    }

    private static HttpAnswer marked(HttpAnswer answer) {
        return answer.with(FLAVOR, "Google").with("Server", "Metadata Server for VM");
    }

    private Value value(VmDocument document) {
        Optional<ScheduledEvent> imminent = document.events().stream()
                .map(VmDocument.Told::event)
                .filter(event -> event.vms().contains(document.vm()))
                .filter(event ->
                        event.started() || !event.notBefore().minus(AHEAD).isAfter(clock.instant()))
                .findFirst();
        String text = imminent.map(event -> word(event.kind())).orElse("NONE");
        // The same word after an event that came and went while nobody looked is another state.
        String state = text
                + imminent.map(event -> event.id().value()).orElse("")
                + document.past().stream()
                        .findFirst()
                        .map(VmDocument.Past::ended)
                        .map(Object::toString)
                        .orElse("");
        CRC32C sum = new CRC32C();
        sum.update(state.getBytes(StandardCharsets.UTF_8));
        return new Value(text, HexFormat.of().toHexDigits(sum.getValue()));
    }

    private static String word(EventKind kind) {
        return switch (kind) {
            case FREEZE -> "MIGRATE_ON_HOST_MAINTENANCE";
            case REBOOT, REDEPLOY, PREEMPT, TERMINATE -> "TERMINATE_ON_HOST_MAINTENANCE";
        };
    }
}
