package dev.evenkeel.agent.metadata;

import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.wire.link.VmDocument;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Scheduled events of the EC2 instance metadata service, version 2: with a token that is got by PUT.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instances-status-check_sched.html">events</a>
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html">tokens</a>
 */
final class AwsEvents {
    private static final String TOKEN = "x-aws-ec2-metadata-token";
    private static final String TTL = "X-aws-ec2-metadata-token-ttl-seconds";
    private static final int LONGEST_TTL = 21600;
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("d MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final GuestDocuments documents;
    private final SessionTokens tokens;

    AwsEvents(GuestDocuments documents, SessionTokens tokens) {
        this.documents = documents;
        this.tokens = tokens;
    }

    Reply answer(GuestVm vm, HttpRequest request) {
        if (request.path().equals("/latest/api/token")) {
            return Reply.now(request.method().equals("PUT") ? token(vm, request) : wrongMethod("PUT"));
        }
        if (!tokens.isGood(vm.id(), request.header(TOKEN).orElse(""))) {
            return Reply.now(HttpAnswer.text(401, "Get a token: PUT /latest/api/token with " + TTL + "\n"));
        }
        if (!request.isGet()) {
            return Reply.now(wrongMethod("GET"));
        }
        return switch (request.path()) {
            case "/latest/meta-data/events/maintenance/scheduled" -> Told.by(documents, vm, AwsEvents::scheduled);
            case "/latest/meta-data/events/maintenance/history" -> Told.by(documents, vm, AwsEvents::history);
            case "/latest/meta-data/events/maintenance" -> Reply.now(HttpAnswer.text(200, "history\nscheduled"));
            case "/latest/meta-data/events" -> Reply.now(HttpAnswer.text(200, "maintenance/"));
            case "/latest/meta-data" -> Reply.now(HttpAnswer.text(200, "events/\ninstance-id"));
            case "/latest/meta-data/instance-id" ->
                Reply.now(HttpAnswer.text(200, vm.id().value()));
            default -> Reply.now(HttpAnswer.text(404, "Not found\n"));
        };
    }

    private static HttpAnswer wrongMethod(String allowed) {
        return HttpAnswer.text(405, "Method not allowed\n").with("Allow", allowed);
    }

    private HttpAnswer token(GuestVm vm, HttpRequest request) {
        String told = request.header(TTL).orElse("");
        if (!told.matches("[0-9]{1,6}") || Integer.parseInt(told) < 1 || Integer.parseInt(told) > LONGEST_TTL) {
            return HttpAnswer.text(400, TTL + ": give 1 to " + LONGEST_TTL + "\n");
        }
        return HttpAnswer.text(200, tokens.make(vm.id(), Duration.ofSeconds(Integer.parseInt(told))))
                .with(TTL, told);
    }

    private static HttpAnswer scheduled(VmDocument document) {
        return HttpAnswer.json(
                200,
                document.events().stream()
                        .map(VmDocument.Told::event)
                        .filter(event -> event.vms().contains(document.vm()))
                        .map(event -> event(event, "active", event.description()))
                        .toList());
    }

    private static HttpAnswer history(VmDocument document) {
        return HttpAnswer.json(
                200,
                document.past().stream()
                        .map(past -> past.cancelled()
                                ? event(
                                        past.event(),
                                        "canceled",
                                        "[Canceled] " + past.event().description())
                                : event(
                                        past.event(),
                                        "completed",
                                        "[Completed] " + past.event().description()))
                        .toList());
    }

    private static Map<String, String> event(ScheduledEvent event, String state, String description) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("NotBefore", DATE.format(event.notBefore()));
        fields.put("Code", code(event.kind()));
        fields.put("Description", description);
        fields.put("EventId", event.id().value());
        Duration lasts = event.lasts();
        if (lasts != null) {
            Instant over = event.notBefore().plus(lasts);
            fields.put("NotAfter", DATE.format(over.plusSeconds(1).minusNanos(1)));
        }
        fields.put("State", state);
        return fields;
    }

    /** A redeployed VM comes up by itself, so it is not {@code instance-stop}. */
    private static String code(EventKind kind) {
        return switch (kind) {
            case FREEZE -> "system-maintenance";
            case REBOOT -> "instance-reboot";
            case REDEPLOY -> "system-reboot";
            case PREEMPT -> "instance-stop";
            case TERMINATE -> "instance-retirement";
        };
    }
}
