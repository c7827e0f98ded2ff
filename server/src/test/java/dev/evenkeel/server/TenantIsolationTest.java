package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import dev.evenkeel.server.TwoTenants.Pair;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** globex goes through every route of openapi.yaml in search of what is acme's. */
@Timeout(240)
class TenantIsolationTest {
    /** What a route with a body is sent, where nothing but a good body gets far enough to be worth the try. */
    private static final Map<String, List<String>> BODIES = Map.of(
            "PATCH /v1/vms/{id}",
            List.of(
                    "{\"notice\": \"PT15M\"}",
                    "{\"notice\": \"soon\"}",
                    "{\"tenant\": \"globex\"}",
                    "{\"availabilitySet\": \"set-vm-710\", \"reset\": [\"notice\"]}"));

    private static final Set<String> STREAMS = Set.of("GET /v1/events", "GET /v1/scheduled-events/stream");
    private static final int REPETITIONS = 100;
    private static final int ROUNDS = 6;
    private static final double EVEN = 1.25;

    @TempDir
    static Path directory = Path.of("");

    private static TestServer server;
    private static TwoTenants both;

    @BeforeAll
    static void twoTenantsToWhomSomethingHappened() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        both = TwoTenants.on(server, directory);
    }

    @AfterAll
    static void stop() throws Exception {
        both.close();
        server.close();
    }

    /** A request that would be worth an answer to somebody who pries, and the same about what does not exist. */
    private record Question(String verb, String path, String otherPath, String body, Pair ids) {
        Reply ask() throws Exception {
            return send(path);
        }

        Reply askAboutNothing() throws Exception {
            return send(otherPath);
        }

        private Reply send(String where) throws Exception {
            return both.globex.send(verb, where, body, Map.of());
        }

        @Override
        public String toString() {
            return verb + " " + path + " " + body;
        }
    }

    private static List<Question> questions() {
        List<Question> questions = new ArrayList<>();
        OpenApi.operations().forEach((name, operation) -> {
            if (!STREAMS.contains(name)) {
                String verb = name.substring(0, name.indexOf(' '));
                String path = name.substring(name.indexOf(' ') + 1);
                for (String body : bodies(name, verb)) {
                    List<Pair> ids = path.contains("{") ? both.idsFor(path) : List.of(new Pair("", ""));
                    for (Pair id : ids) {
                        questions.add(new Question(verb, with(path, id.foreign()), with(path, id.missing()), body, id));
                        for (String query : OpenApi.query(operation)) {
                            for (Pair value : both.valuesFor(query)) {
                                questions.add(new Question(
                                        verb,
                                        with(path, id.missing()) + "?" + query + "=" + value.foreign(),
                                        with(path, id.missing()) + "?" + query + "=" + value.missing(),
                                        body,
                                        value));
                            }
                        }
                    }
                }
            }
        });
        return questions;
    }

    private static String with(String path, String id) {
        return path.replaceAll("\\{[^}]+}", id);
    }

    private static List<String> bodies(String name, String verb) {
        return BODIES.getOrDefault(name, List.of(verb.equals("POST") || verb.equals("PATCH") ? "{}" : ""));
    }

    @Test
    void whatIsSomebodyElsesIsAnsweredAsWhatDoesNotExist() throws Exception {
        List<String> leaks = new ArrayList<>();
        for (Question question : questions()) {
            String foreign = plain(question.ask(), question.ids().foreign());
            String missing = plain(question.askAboutNothing(), question.ids().missing());
            if (!foreign.equals(missing)) {
                leaks.add(question + "\n  " + foreign + "\n  but of nothing:\n  " + missing);
            }
        }
        assertThat(leaks).isEmpty();
    }

    /** An answer without the id that was asked for. */
    private static String plain(Reply reply, String id) {
        Map<String, String> headers = new TreeMap<>(reply.headers());
        headers.keySet().removeAll(Set.of("Date", "date", "Content-Length", "content-length"));
        String text = reply.status() + " " + headers + " " + reply.text();
        return id.isEmpty() ? text : text.replace(id, "<id>");
    }

    @Test
    void noAnswerNamesAnythingOfOthersNorAHost() throws Exception {
        List<String> leaks = new ArrayList<>();
        for (Question question : questions()) {
            Reply reply = question.askAboutNothing();
            List<String> found = both.secretsIn(reply.headers() + reply.text());
            if (!found.isEmpty()) {
                leaks.add(question.verb() + " " + question.otherPath() + " tells of " + found + ": " + reply.text());
            }
        }
        assertThat(leaks).isEmpty();
    }

    @Test
    void ownThingsAreThereThough() throws Exception {
        assertThat(names(both.globex.get("/v1/vms"))).containsExactly("vm-711", "vm-721");
        assertThat(both.globex.get("/v1/vms/vm-711").json().path("host").isNull())
                .isTrue();
        assertThat(both.globex.get("/v1/hosts").json().path("items").size()).isZero();
        JsonNode ledger = both.globex.get("/v1/ledger").json().path("items");
        assertThat(ledger.size()).isPositive();
        assertThat(ledger.valueStream().map(row -> row.path("tenant").asString()))
                .containsOnly("globex");
        JsonNode rollouts = both.globex.get("/v1/rollouts").json().path("items");
        assertThat(rollouts.size()).isEqualTo(1);
        String id = rollouts.at("/0/id").asString();
        assertThat(both.globex.get("/v1/rollouts/" + id).json().path("state").asString())
                .isEqualTo("Ended");
    }

    @Test
    void pagesOfTheLedgerFitTogetherWithoutTellingHowManyRowsAreOthers() throws Exception {
        List<String> all = ids(both.globex.get("/v1/ledger"));
        List<String> paged = new ArrayList<>();
        String cursor = "";
        do {
            Reply page = both.globex.get("/v1/ledger?limit=1" + cursor);
            paged.addAll(ids(page));
            JsonNode next = page.json().path("next");
            cursor = next.isNull() ? "" : "&cursor=" + next.asString();
        } while (!cursor.isEmpty());
        assertThat(paged).isEqualTo(all).doesNotHaveDuplicates();
    }

    @Test
    void howMuchOthersHaveShowsInNoAnswer() throws Exception {
        Map<String, String> before = readable();
        both.acmeGrows();
        assertThat(readable()).isEqualTo(before);
    }

    private static Map<String, String> readable() throws Exception {
        Map<String, String> answers = new TreeMap<>();
        for (Question question : questions()) {
            if (question.verb().equals("GET")) {
                Reply reply = question.askAboutNothing();
                answers.put(question.otherPath(), reply.status() + " " + reply.text());
            }
        }
        return answers;
    }

    @Test
    void theStreamTellsOfOwnVmsAndItsNumbersTellNothing() throws Exception {
        List<JsonNode> events = new ArrayList<>();
        StringBuilder raw = new StringBuilder();
        listen("/v1/events?after=0", events, raw);
        assertThat(events).isNotEmpty();
        assertThat(events).allSatisfy(event -> {
            assertThat(event.path("host").isNull()).isTrue();
            assertThat(event.path("run").isNull()).isTrue();
        });
        assertThat(both.secretsIn(raw.toString())).isEmpty();
        List<Long> sequences =
                events.stream().map(event -> event.path("sequence").asLong()).toList();
        assertThat(sequences).doesNotHaveDuplicates().allMatch(n -> n > 0 && n < 1L << 52);

        List<JsonNode> rest = new ArrayList<>();
        listen("/v1/events?after=" + sequences.getFirst(), rest, new StringBuilder());
        assertThat(rest).as("who comes back misses nothing").isEqualTo(events.subList(1, events.size()));
    }

    @Test
    void theStreamOfScheduledEventsTellsNothingOfOthers() throws Exception {
        List<JsonNode> own = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        StringBuilder raw = new StringBuilder();
        listen("/v1/scheduled-events/stream?after=0", own, raw);
        listen("/v1/scheduled-events/stream?after=0&tenant=acme", others, raw);
        listen("/v1/scheduled-events/stream", others, raw);
        assertThat(own)
                .allSatisfy(
                        change -> assertThat(change.path("event").path("tenant").asString())
                                .isEqualTo("globex"));
        assertThat(own.stream().map(change -> change.path("sequence").asLong()))
                .doesNotHaveDuplicates()
                .allMatch(n -> n > 0 && n < 1L << 52);
        assertThat(others).isEmpty();
        assertThat(both.secretsIn(raw.toString())).isEmpty();
    }

    /** Reads what there is, up to where the stream says that it is quiet. */
    private static void listen(String path, List<JsonNode> events, StringBuilder raw) throws Exception {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(both.globex.stream(path, Map.of()), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); !line.contains("still here"); line = lines.readLine()) {
                raw.append(line).append('\n');
                if (line.startsWith("data:")) {
                    events.add(dev.evenkeel.wire.Json.mapper().readTree(line.substring(5)));
                }
            }
        } catch (NullPointerException e) {
            throw new IOException("the stream ended", e);
        }
    }

    /**
     * Medians of many, taken by turns in the same minute. A machine that is busy with other things makes a round uneven now and
     * then; a way of its own, for what exists, makes every round uneven.
     */
    @Test
    void theTimeAnAnswerTakesDoesNotTellThatSomethingExists() throws Exception {
        for (Question question : questions()) {
            boolean mayRead = question.verb().equals("GET") && question.ask().status() != 403;
            if (mayRead && !question.path().equals(question.otherPath())) {
                List<Double> rounds = new ArrayList<>();
                double ratio;
                do {
                    ratio = slowness(question);
                    rounds.add(ratio);
                } while (rounds.size() < ROUNDS && !isEven(ratio));
                assertThat(isEven(ratio))
                        .as(question + " takes so many times as long as one about nothing: " + rounds)
                        .isTrue();
            }
        }
    }

    private static boolean isEven(double ratio) {
        return ratio > 1 / EVEN && ratio < EVEN;
    }

    private static double slowness(Question question) throws Exception {
        long[] foreign = new long[REPETITIONS];
        long[] missing = new long[REPETITIONS];
        for (int i = 0; i < REPETITIONS; i++) {
            foreign[i] = time(question::ask);
            missing[i] = time(question::askAboutNothing);
        }
        return (double) median(foreign) / median(missing);
    }

    private interface Asked {
        Reply ask() throws Exception;
    }

    private static long time(Asked asked) throws Exception {
        long begun = System.nanoTime();
        asked.ask();
        return System.nanoTime() - begun;
    }

    private static long median(long[] times) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static List<String> names(Reply page) {
        return page.json()
                .path("items")
                .valueStream()
                .map(item -> item.path("name").asString())
                .toList();
    }

    private static List<String> ids(Reply page) {
        return page.json()
                .path("items")
                .valueStream()
                .map(item -> item.path("id").asString())
                .toList();
    }
}
