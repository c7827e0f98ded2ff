package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;

/** Webhooks as a test makes and watches them. */
record Hooks(Api api) {

    /** Makes one; its view with the secret. */
    JsonNode make(String url, String more) throws Exception {
        Api.Reply made = api.post("/v1/webhooks", "{\"url\": \"" + url + "\"" + more + "}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.headers()).containsEntry("Cache-Control", "no-store");
        return made.json();
    }

    String id(String url) throws Exception {
        return make(url, "").path("id").asString();
    }

    /** Sends something; the id of the delivery. */
    String ping(String id) throws Exception {
        Api.Reply pinged = api.post("/v1/webhooks/" + id + "/ping", "{}");
        assertThat(pinged.status()).as(pinged.text()).isEqualTo(202);
        return pinged.json().path("id").asString();
    }

    JsonNode deliveries(String id) throws Exception {
        return api.get("/v1/webhooks/" + id + "/deliveries").json().path("items");
    }

    /** The newest delivery once it is in this state. */
    JsonNode await(String id, String state) throws Exception {
        Eventually.is(
                "a delivery is " + state,
                () -> deliveries(id).at("/0/state").asString("").equals(state));
        return deliveries(id).path(0);
    }
}
