package dev.evenkeel.agent.metadata;

import java.util.Map;

/** Which cloud's words a request is in. */
final class Clouds {
    private final AzureEvents azure;
    private final AwsEvents aws;
    private final GceEvents gce;

    Clouds(AzureEvents azure, AwsEvents aws, GceEvents gce) {
        this.azure = azure;
        this.aws = aws;
        this.gce = gce;
    }

    Reply answer(GuestVm vm, HttpRequest request) {
        String path = request.path();
        boolean ofAzure = path.startsWith("/metadata/");
        if (request.header("x-forwarded-for").isPresent()) {
            // Somebody else asks through this VM. Each cloud has its own word for no.
            return Reply.now(
                    ofAzure
                            ? HttpAnswer.json(400, Map.of("error", "Bad request. X-Forwarded-For is not allowed"))
                            : HttpAnswer.text(403, "X-Forwarded-For is not allowed\n"));
        }
        if (ofAzure) {
            return azure.answer(vm, request);
        }
        if (path.startsWith("/latest/")) {
            return aws.answer(vm, request);
        }
        if (path.equals("/") || path.equals("/computeMetadata") || path.startsWith("/computeMetadata/")) {
            return gce.answer(vm, request);
        }
        return Reply.now(HttpAnswer.text(404, "Not found\n"));
    }
}
