package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import tools.jackson.databind.JsonNode;

/** Answers of the API that say what is wrong. */
final class Problems {
    private Problems() {}

    /** The answer is a problem of this status and kind; its body. */
    static JsonNode problem(Reply reply, int status, String kind) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.headers().get("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.json().path("type").asString()).isEqualTo("/problems/" + kind);
        return reply.json();
    }
}
