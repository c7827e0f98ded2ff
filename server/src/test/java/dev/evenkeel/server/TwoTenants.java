package dev.evenkeel.server;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * A fleet that acme and globex share, in which something happened to both, and what of it is none of globex's business:
 * for each kind of id one of acme's, and one that nobody has.
 */
final class TwoTenants implements AutoCloseable {
    /** An id of acme's, and one of the same form that does not exist. */
    record Pair(String foreign, String missing) {}

    private final FakeFleet fleet = new FakeFleet()
            .host("h71", "acme", "globex", "acme")
            .host("h72", "acme", "globex")
            .host("h73", "acme")
            .hostThatTells("h74", "acme");
    private final TestServer server;
    private final Api operator;
    final Api globex;
    private final Map<String, List<Pair>> paths = new LinkedHashMap<>();
    private final Map<String, List<Pair>> queries = new LinkedHashMap<>();
    private final List<Pattern> secrets = new ArrayList<>();

    private TwoTenants(TestServer server, Api operator, Api globex) {
        this.server = server;
        this.operator = operator;
        this.globex = globex;
    }

    static TwoTenants on(TestServer server, Path directory) throws Exception {
        TwoTenants both = new TwoTenants(server, server.api(), server.tenant("globex"));
        both.fleet.joins(server, directory);
        both.happen();
        return both;
    }

    private void happen() throws Exception {
        FakeUpdate.publish(operator);
        String acmes = fleet.startRollout(
                "{\"update\": \"" + FakeUpdate.ID + "\", \"hosts\": [\"h73\"], \"reason\": \"acme's disk\"}");
        fleet.awaitEnd(acmes);
        fleet.awaitEnd(fleet.startRollout(
                "{\"update\": \"" + FakeUpdate.ID + "\", \"hosts\": [\"h71\", \"h72\"], \"reason\": \"the rest\"}"));
        operator.post("/v1/hosts/h74/evacuate", "{\"reason\": \"a noisy fan\"}");
        Eventually.is(
                "acme's VM is told",
                () -> !operator.get("/v1/scheduled-events").json().path("items").isEmpty());
        String event =
                operator.get("/v1/scheduled-events").json().at("/items/0/id").asString();
        String run = operator.get("/v1/runs?rollout=" + acmes)
                .json()
                .at("/items/0/id")
                .asString();
        operator.send("PATCH", "/v1/hosts/h73", "{\"dedicatedTo\": \"acme\"}", Map.of());
        String token = operator.post(
                        "/v1/tokens", "{\"name\": \"acme's robot\", \"role\": \"tenant\", \"tenants\": [\"acme\"]}")
                .json()
                .path("id")
                .asString();
        JsonNode vm = operator.get("/v1/vms?tenant=acme").json().at("/items/0");
        List<Pair> vms = List.of(
                new Pair(vm.path("id").asString(), UUID.randomUUID().toString()),
                new Pair(vm.path("name").asString(), "vm-999"));
        List<Pair> hosts = List.of(new Pair("h73", "h99"));
        List<Pair> rollouts = List.of(new Pair(acmes, "rollout-0000000000"));
        List<Pair> runs = List.of(new Pair(run, "run-0000000000"));
        paths.put("/v1/windows/{id}", acmesWindow(vm.path("id").asString()));
        paths.put("/v1/webhooks/{id}", acmesWebhook());
        paths.put("/v1/exemptions/{id}", acmesExemption());
        paths.put("/v1/hosts/{id}", hosts);
        paths.put("/v1/vms/{id}", vms);
        paths.put("/v1/rollouts/{id}", rollouts);
        paths.put("/v1/runs/{id}", runs);
        paths.put(
                "/v1/scheduled-events/{id}",
                List.of(new Pair(event, UUID.randomUUID().toString())));
        paths.put("/v1/tokens/{id}", List.of(new Pair(token, "t-0000000000")));
        paths.put("/v1/updates/{id}", List.of(new Pair(FakeUpdate.ID, "qemu-9")));
        paths.put("/v1/payloads/{sha256}", List.of(new Pair("0".repeat(64), "1".repeat(64))));
        paths.put("/v1/catalogue/metadata/{file}", List.of(new Pair("1.root.json", "2.root.json")));
        queries.put("host", hosts);
        queries.put("vm", vms);
        queries.put("run", runs);
        queries.put("rollout", rollouts);
        queries.put("tenant", List.of(new Pair("acme", "nobody")));
        queries.put("state", List.of(new Pair("DEAD", "DEAD")));
        queries.put("active", List.of(new Pair("true", "true")));
        queries.put("limit", List.of(new Pair("1", "1")));
        String cursor = operator.get("/v1/vms?limit=1").json().path("next").asString();
        queries.put("cursor", List.of(new Pair(cursor, cursor)));
        for (JsonNode one : operator.get("/v1/vms?tenant=acme").json().path("items")) {
            secret(one.path("id").asString());
            secret(one.path("name").asString());
        }
        for (JsonNode host : operator.get("/v1/hosts").json().path("items")) {
            secret(host.path("id").asString());
            secret(host.path("address").asString());
        }
        for (JsonNode one : operator.get("/v1/runs").json().path("items")) {
            boolean shared = one.path("moves")
                    .valueStream()
                    .anyMatch(move -> move.path("tenant").asString().equals("globex"));
            if (!shared) {
                secret(one.path("id").asString());
            }
        }
        secret(acmes);
        secret(event);
        secret("acme");
    }

    /** A window of acme's that is assigned to one of its VMs and to a host; closed now, at whatever time of day that is. */
    private List<Pair> acmesWindow(String vm) throws Exception {
        String halfADayHence = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm")
                .format(OffsetDateTime.now(ZoneOffset.UTC).plusHours(12));
        String id = operator.post(
                        "/v1/windows",
                        "{\"name\": \"acmes-nights\", \"tenant\": \"acme\", \"startDateTime\": \"" + halfADayHence
                                + "\", \"timeZone\": \"UTC\", \"recurEvery\": \"Day\"}")
                .json()
                .path("id")
                .asString();
        operator.post("/v1/windows/" + id + "/assignments", "{\"vm\": \"" + vm + "\"}");
        operator.post("/v1/windows/" + id + "/assignments", "{\"host\": \"h71\"}");
        secret(id);
        secret("acmes-nights");
        return List.of(new Pair(id, "win-0000000000"), new Pair("acmes-nights", "nights"));
    }

    /** A webhook of acme's, whose receiver takes no connections. */
    private List<Pair> acmesWebhook() throws Exception {
        String id = operator.post("/v1/webhooks", "{\"url\": \"http://127.0.0.1:1/acmes-hook\", \"tenant\": \"acme\"}")
                .json()
                .path("id")
                .asString();
        operator.post("/v1/webhooks/" + id + "/ping", "{}");
        secret(id);
        secret("acmes-hook");
        return List.of(new Pair(id, "wh-0000000000"));
    }

    /** One of all of acme's VMs, from an update that is not rolled out; it keeps none of the others back. */
    private List<Pair> acmesExemption() throws Exception {
        String until = Instant.now().plus(Duration.ofDays(30)).toString();
        String id = operator.post(
                        "/v1/exemptions",
                        "{\"tenant\": \"acme\", \"update\": \"" + FakeUpdate.ID + "\", \"until\": \"" + until
                                + "\", \"reason\": \"acme's-quarter\"}")
                .json()
                .path("id")
                .asString();
        secret(id);
        secret("acme's-quarter");
        return List.of(new Pair(id, "exempt-0000000000"));
    }

    private void secret(String word) {
        secrets.add(Pattern.compile("(?<![A-Za-z0-9])" + Pattern.quote(word) + "(?![A-Za-z0-9])"));
    }

    /** What of acme's, or of hosts, stands in this text. */
    List<String> secretsIn(String text) {
        return secrets.stream()
                .filter(secret -> secret.matcher(text).find())
                .map(Pattern::pattern)
                .toList();
    }

    /** The ids for a path of openapi.yaml; none where it has no parameter. */
    List<Pair> idsFor(String path) {
        if (!path.contains("{")) {
            return List.of();
        }
        String upToParameter = path.substring(0, path.indexOf('}') + 1);
        if (!paths.containsKey(upToParameter)) {
            throw new AssertionError(
                    "give TwoTenants an id of acme's for " + upToParameter + ", and one that nobody has");
        }
        return paths.get(upToParameter);
    }

    /** Values for a query parameter. */
    List<Pair> valuesFor(String query) {
        if (!queries.containsKey(query)) {
            throw new AssertionError("give TwoTenants a value of acme's for ?" + query + "=, and one that nobody has");
        }
        return queries.get(query);
    }

    /** More VMs, moves, rollouts, tokens and orders, all of them acme's. */
    void acmeGrows() throws Exception {
        int before = operator.get("/v1/vms").json().path("items").size();
        for (int i = 0; i < 5; i++) {
            fleet.platform()
                    .addVm("more-" + i, fleet.hosts().getFirst().id(), "acme", dev.evenkeel.core.fleet.Intent.DEFAULT);
        }
        Eventually.is(
                "acme's new VMs are seen",
                () -> operator.get("/v1/vms").json().path("items").size() == before + 5);
        String run =
                operator.post("/v1/vms/more-0/migrate", "{}").json().path("id").asString();
        approves(run);
        fleet.awaitRunEnd(run);
        server.tenant("acme");
    }

    /** Lets what a run has told begin outside of acme's windows. */
    private void approves(String run) throws Exception {
        Eventually.is(
                "what the run tells is approved",
                () -> operator.get("/v1/scheduled-events")
                        .json()
                        .path("items")
                        .valueStream()
                        .filter(event -> event.path("run").asString().equals(run))
                        .anyMatch(event -> approves(event)));
    }

    private boolean approves(JsonNode event) {
        String path = "/v1/scheduled-events/" + event.path("id").asString() + "/approve";
        try {
            return operator.post(path, "{\"reason\": \"now is good\"}").status() == 202;
        } catch (Exception e) {
            throw new AssertionError(path, e);
        }
    }

    @Override
    public void close() throws Exception {
        fleet.close();
    }
}
