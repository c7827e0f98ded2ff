package dev.evenkeel.server.api;

import dev.evenkeel.server.http.IdempotencyKeys;
import dev.evenkeel.store.PgAnswers;
import java.util.Optional;

/** Idempotency keys in the database, so that they outlive a server. */
public final class StoredAnswers implements IdempotencyKeys {
    private final PgAnswers answers;

    public StoredAnswers(PgAnswers answers) {
        this.answers = answers;
    }

    @Override
    public Claim claim(String owner, String key, String request) {
        Optional<PgAnswers.Taken> taken = answers.claim(owner, key, request);
        if (taken.isEmpty()) {
            return new Claim.Mine();
        }
        if (!taken.get().request().equals(request)) {
            return new Claim.OtherRequest();
        }
        PgAnswers.Answer answer = taken.get().answer();
        return answer == null
                ? new Claim.UnderWay()
                : new Claim.Answered(new StoredAnswer(answer.status(), answer.headers(), answer.body()));
    }

    @Override
    public void finish(String owner, String key, StoredAnswer answer) {
        answers.finish(owner, key, new PgAnswers.Answer(answer.status(), answer.headers(), answer.body()));
    }

    @Override
    public void forget(String owner, String key) {
        answers.forget(owner, key);
    }
}
