package dev.evenkeel.agent.metadata;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.VmDocument;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Azure's Scheduled Events.
 *
 * @see <a href="https://learn.microsoft.com/azure/virtual-machines/linux/scheduled-events">the protocol</a>
 */
final class AzureEvents {
    /** With what each added. */
    private enum Version {
        BASIC("2017-08-01"),
        PREEMPT("2017-11-01"),
        TERMINATE("2019-01-01"),
        DESCRIPTION("2019-04-01"),
        EVENT_SOURCE("2019-08-01"),
        DURATION("2020-07-01");

        private final String date;

        Version(String date) {
            this.date = date;
        }

        static Optional<Version> of(String date) {
            for (Version version : values()) {
                if (version.date.equals(date)) {
                    return Optional.of(version);
                }
            }
            return Optional.empty();
        }

        boolean has(Version feature) {
            return compareTo(feature) >= 0;
        }

        boolean knows(EventKind kind) {
            return switch (kind) {
                case FREEZE, REBOOT, REDEPLOY -> true;
                case PREEMPT -> has(PREEMPT);
                case TERMINATE -> has(TERMINATE);
            };
        }
    }

    private static final String EVENTS = "/metadata/scheduledevents";
    /** What clients of the preview still ask; they name no version, or an old one. */
    private static final String LATEST_EVENTS = "/metadata/latest/scheduledevents";

    private static final String INSTANCE = "/metadata/instance";
    private static final String NAME = "/metadata/instance/compute/name";
    private static final DateTimeFormatter RFC_1123 = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final int MOST_RENDERED = 4096;

    private final GuestDocuments documents;
    /** The last answer to each VM: it asks the same again and again. Used by the serving thread only. */
    private final Map<VmId, Rendered> rendered = new HashMap<>();

    private record Rendered(VmDocument document, Version version, HttpAnswer answer) {}

    AzureEvents(GuestDocuments documents) {
        this.documents = documents;
    }

    Reply answer(GuestVm vm, HttpRequest request) {
        if (!request.header("metadata").orElse("").equalsIgnoreCase("true")) {
            return refused("Bad request. Required metadata header not specified");
        }
        return switch (request.path().toLowerCase(Locale.ROOT)) {
            case EVENTS ->
                Version.of(request.parameter("api-version").orElse(""))
                        .map(version -> events(vm, request, version))
                        .orElseGet(AzureEvents::noVersion);
            case LATEST_EVENTS ->
                events(
                        vm,
                        request,
                        Version.of(request.parameter("api-version").orElse("")).orElse(Version.DURATION));
            case INSTANCE -> request.isGet() ? instance(vm, request) : wrongMethod("GET");
            case NAME -> request.isGet() ? name(vm, request) : wrongMethod("GET");
            default -> Reply.now(HttpAnswer.json(404, Map.of("error", "Not found")));
        };
    }

    private static Reply instance(GuestVm vm, HttpRequest request) {
        return request.parameter("api-version").isEmpty()
                ? noVersion()
                : Reply.now(HttpAnswer.json(
                        200,
                        Map.of(
                                "compute",
                                Map.of("name", vm.name(), "vmId", vm.id().value()))));
    }

    private static Reply name(GuestVm vm, HttpRequest request) {
        return request.parameter("api-version").isEmpty() ? noVersion() : Reply.now(HttpAnswer.text(200, vm.name()));
    }

    private Reply events(GuestVm vm, HttpRequest request, Version version) {
        return switch (request.method()) {
            case "GET" -> Told.by(documents, vm, document -> document(document, request, version));
            case "POST" -> start(vm, request);
            default -> wrongMethod("GET, POST");
        };
    }

    private HttpAnswer document(VmDocument document, HttpRequest request, Version version) {
        if (matches(request.header("if-none-match").orElse(""), document.incarnation())) {
            return HttpAnswer.empty(304).with("ETag", tag(document));
        }
        Rendered last = rendered.get(document.vm());
        if (last != null && last.document() == document && last.version() == version) {
            return last.answer();
        }
        if (rendered.size() >= MOST_RENDERED) {
            rendered.clear();
        }
        HttpAnswer answer = render(document, version);
        rendered.put(document.vm(), new Rendered(document, version, answer));
        return answer;
    }

    private static String tag(VmDocument document) {
        return "\"" + document.incarnation() + "\"";
    }

    private static HttpAnswer render(VmDocument document, Version version) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("DocumentIncarnation", document.incarnation());
        body.put(
                "Events",
                document.events().stream()
                        .filter(told -> version.knows(told.event().kind()))
                        .map(told -> event(told, version))
                        .toList());
        return HttpAnswer.json(200, body).with("ETag", tag(document));
    }

    private static boolean matches(String noneMatch, long incarnation) {
        if (noneMatch.isEmpty()) {
            return false;
        }
        for (String tag : noneMatch.split(",", -1)) {
            String bare = tag.strip().replaceFirst("^W/", "").replace("\"", "");
            if (bare.equals("*") || bare.equals(Long.toString(incarnation))) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, Object> event(VmDocument.Told told, Version version) {
        ScheduledEvent event = told.event();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("EventId", event.id().value());
        fields.put("EventType", type(event.kind()));
        fields.put("ResourceType", "VirtualMachine");
        fields.put("Resources", told.names());
        fields.put("EventStatus", event.started() ? "Started" : "Scheduled");
        fields.put("NotBefore", event.started() ? "" : RFC_1123.format(event.notBefore()));
        if (version.has(Version.DESCRIPTION)) {
            fields.put("Description", event.description());
        }
        if (version.has(Version.EVENT_SOURCE)) {
            fields.put("EventSource", event.asked() ? "User" : "Platform");
        }
        if (version.has(Version.DURATION)) {
            fields.put("DurationInSeconds", seconds(event));
        }
        return fields;
    }

    private static String type(EventKind kind) {
        return switch (kind) {
            case FREEZE -> "Freeze";
            case REBOOT -> "Reboot";
            case REDEPLOY -> "Redeploy";
            case PREEMPT -> "Preempt";
            case TERMINATE -> "Terminate";
        };
    }

    /** -1 is unknown, 0 is not felt; what is felt at all is never 0. */
    private static long seconds(ScheduledEvent event) {
        Duration lasts = event.lasts();
        return lasts == null ? -1 : lasts.plusSeconds(1).minusNanos(1).toSeconds();
    }

    private Reply start(GuestVm vm, HttpRequest request) {
        List<String> ids = new ArrayList<>();
        try {
            JsonNode body = Json.mapper().readTree(request.text());
            JsonNode wanted = body.path("StartRequests");
            if (!wanted.isArray() || wanted.isEmpty()) {
                return refused("Bad request. StartRequests is not a list of events");
            }
            for (JsonNode one : wanted) {
                if (!one.path("EventId").isString()) {
                    return refused("Bad request. EventId is missing in StartRequests");
                }
                ids.add(one.path("EventId").asString());
            }
        } catch (JacksonException e) {
            return refused("Bad request. The body is not JSON");
        }
        return new Reply.Aside(() -> {
            try {
                return documents
                        .approve(vm.id(), ids)
                        .map(unknown -> HttpAnswer.json(400, Map.of("error", "Bad request. No event " + unknown)))
                        .orElseGet(() -> HttpAnswer.empty(200));
            } catch (IOException e) {
                return Told.notNow("the approval cannot be kept: " + e.getMessage());
            }
        });
    }

    private static Reply refused(String why) {
        return Reply.now(HttpAnswer.json(400, Map.of("error", why)));
    }

    private static Reply wrongMethod(String allowed) {
        return Reply.now(
                HttpAnswer.json(405, Map.of("error", "Method not allowed")).with("Allow", allowed));
    }

    private static Reply noVersion() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", "Bad request. api-version is invalid or was not specified in the request.");
        List<String> newest = new ArrayList<>();
        for (Version version : Version.values()) {
            newest.addFirst(version.date);
        }
        body.put("newest-versions", newest);
        return Reply.now(HttpAnswer.json(400, body));
    }
}
