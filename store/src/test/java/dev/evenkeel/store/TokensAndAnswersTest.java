package dev.evenkeel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.store.PgAnswers.Answer;
import dev.evenkeel.store.PgAnswers.Taken;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may be used once: join tokens and idempotency keys. */
class TokensAndAnswersTest {
    private static final HostId H1 = new HostId("h1");
    private static final HostId H2 = new HostId("h2");
    private static final Duration HOUR = Duration.ofHours(1);

    private final PgStore store = TestDatabase.store();
    private final PgJoinTokens tokens = store.joinTokens();
    private final PgAnswers answers = store.answers();

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    @Test
    void aTokenIsGoodOnceAndForTheSameKeyAgain() {
        tokens.add("secret", null, HOUR);
        assertThat(tokens.use("another", H1, "key", false)).isFalse();
        assertThat(tokens.use("secret", H1, "key", false)).isTrue();
        assertThat(tokens.use("secret", H1, "key", true))
                .as("the answer got lost")
                .isTrue();
        assertThat(tokens.use("secret", H1, "other-key", true)).isFalse();
        assertThat(tokens.use("secret", H2, "key", false)).isFalse();
    }

    @Test
    void aTokenForOneHostIsGoodForNoOtherAndOneForAnyIsNotGoodForAKnownOne() {
        tokens.add("for-h1", H1, HOUR);
        tokens.add("for-any", null, HOUR);
        assertThat(tokens.use("for-h1", H2, "key", false)).isFalse();
        assertThat(tokens.use("for-any", H1, "key", true)).isFalse();
        assertThat(tokens.use("for-h1", H1, "key", true)).isTrue();
    }

    @Test
    void aTokenThatRanOutIsOfNoUse() {
        tokens.add("secret", null, HOUR);
        TestDatabase.execute("UPDATE evenkeel.join_token SET expires_at = clock_timestamp() - interval '1 s'");
        assertThat(tokens.use("secret", H1, "key", false)).isFalse();
        tokens.add("another", null, HOUR);
        assertThat(TestDatabase.ask("SELECT count(*) FROM evenkeel.join_token")).isEqualTo("1");
    }

    @Test
    void ofManyHostsThatUseATokenAtOnceOneGetsIn() throws Exception {
        tokens.add("secret", null, HOUR);
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Future<Boolean>> all = IntStream.range(0, 8)
                    .mapToObj(i -> threads.submit(() -> tokens.use("secret", new HostId("h" + i), "key-" + i, false)))
                    .toList();
            int in = 0;
            for (Future<Boolean> each : all) {
                in += each.get() ? 1 : 0;
            }
            assertThat(in).isEqualTo(1);
        }
    }

    @Test
    void aKeyIsClaimedOnceAndItsAnswerIsRepeated() {
        assertThat(answers.claim("ann", "k", "request")).isEmpty();
        assertThat(answers.claim("ann", "k", "request")).contains(new Taken("request", null));
        assertThat(answers.claim("bob", "k", "request"))
                .as("keys of different people never meet")
                .isEmpty();

        answers.finish("ann", "k", new Answer(201, Map.of("location", "/v1/runs/r1"), body("{}")));
        Taken taken = answers.claim("ann", "k", "another request").orElseThrow();
        assertThat(taken.request()).isEqualTo("request");
        Answer answer = Optional.ofNullable(taken.answer()).orElseThrow();
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.headers()).isEqualTo(Map.of("location", "/v1/runs/r1"));
        assertThat(answer.body()).isEqualTo(body("{}"));
    }

    @Test
    void aKeyGivenBackOrAbandonedOrOldIsFreeAgain() {
        answers.claim("ann", "given-back", "request");
        answers.forget("ann", "given-back");
        assertThat(answers.claim("ann", "given-back", "request")).isEmpty();

        answers.claim("ann", "abandoned", "request");
        TestDatabase.execute("UPDATE evenkeel.answer SET claimed_at = claimed_at - interval '10 min'");
        assertThat(answers.claim("ann", "abandoned", "another request")).isPresent();
        assertThat(answers.claim("ann", "abandoned", "request")).isEmpty();

        answers.finish("ann", "abandoned", new Answer(200, Map.of(), body("")));
        TestDatabase.execute("UPDATE evenkeel.answer SET claimed_at = claimed_at - interval '25 h'");
        assertThat(answers.claim("ann", "abandoned", "another request")).isEmpty();
    }

    private static byte[] body(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
