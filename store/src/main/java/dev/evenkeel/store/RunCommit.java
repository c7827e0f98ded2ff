package dev.evenkeel.store;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.Message;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * One commit within one transaction. Locks are taken in one order by everybody: lease, run, message, scopes, counter of
 * notices; so commits wait for one another but never in a circle.
 */
final class RunCommit {
    private final Handle handle;
    private final Commit commit;
    private final Step step;
    private final Run next;
    private final long version;

    RunCommit(Handle handle, Commit commit) {
        this.handle = handle;
        this.commit = commit;
        this.step = commit.step();
        this.next = step.next();
        this.version = commit.expectedVersion() + 1;
    }

    /** Anything but {@code Committed} asks the caller to undo the transaction. */
    Commit.Result attempt() {
        if (!leaseIsOurs()) {
            return new Commit.Result.Fenced();
        }
        if (!runIsAsExpected() || !messageIsThere()) {
            return new Commit.Result.Stale();
        }
        Optional<Commit.Result.HoldTaken> taken = new Holds(handle).taken(next.id(), step.acquire());
        if (taken.isPresent()) {
            return taken.get();
        }
        tellStory();
        new Effects(handle).write(commit);
        new Holds(handle).change(next.id(), step.release(), step.acquire());
        spawn();
        send();
        new Ledger(handle).add(step.ledger());
        if (next.ended()) {
            new Holds(handle).releaseAll(next.id());
            new Effects(handle).withdraw(next.id());
        }
        new Notices(handle).add(step.notices()); // last: it holds the one lock that every shard wants
        return new Commit.Result.Committed(version);
    }

    /** The row stays locked against a change of holder until this transaction ends. */
    private boolean leaseIsOurs() {
        return handle.createQuery("""
                        SELECT true FROM lease
                        WHERE shard = :shard AND holder = :holder AND epoch = :epoch
                        FOR SHARE
                        """)
                .bind("shard", commit.lease().shard().value())
                .bind("holder", commit.lease().holder())
                .bind("epoch", commit.lease().epoch())
                .mapTo(Boolean.class)
                .findOne()
                .isPresent();
    }

    private boolean runIsAsExpected() {
        if (commit.expectedVersion() == 0) {
            return RunRows.insertIfNew(handle, next) == 1;
        }
        return handle.createUpdate("""
                                UPDATE run
                                SET version = version + 1, state_name = :state_name, ended = :ended,
                                    needs_person = :needs_person, due = :due, state = CAST(:state AS jsonb)
                                WHERE id = :id AND version = :version
                                """)
                        .bindMap(RunRows.columns(next))
                        .bind("version", commit.expectedVersion())
                        .execute()
                == 1;
    }

    private boolean messageIsThere() {
        return commit.consumed() == null
                || handle.createUpdate("DELETE FROM message WHERE sequence = :sequence AND run = :run")
                                .bind("sequence", commit.consumed())
                                .bind("run", next.id().value())
                                .execute()
                        == 1;
    }

    private void tellStory() {
        handle.createUpdate("""
                        INSERT INTO run_event (run, version, at, state_after, event)
                        VALUES (:run, :version, :at, :state_after, CAST(:event AS jsonb))
                        """)
                .bind("run", next.id().value())
                .bind("version", version)
                .bind("at", Times.happened(commit.at()))
                .bind("state_after", next.stateName())
                .bind("event", Codec.EVENT.write(commit.event()))
                .execute();
    }

    private void spawn() {
        for (Run run : step.spawn()) {
            if (RunRows.insertIfNew(handle, run) == 0) {
                throw new IllegalStateException("run " + run.id() + " exists already and cannot be spawned");
            }
        }
    }

    private void send() {
        List<Message> messages = new ArrayList<>();
        if (commit.expectedVersion() == 0) {
            messages.add(new Message(next.id(), new RunEvent.RunOrdered()));
        }
        step.spawn().forEach(run -> messages.add(new Message(run.id(), new RunEvent.RunOrdered())));
        messages.addAll(step.messages());
        if (messages.isEmpty()) {
            return;
        }
        var batch = handle.prepareBatch("INSERT INTO message (run, event) VALUES (:run, CAST(:event AS jsonb))");
        for (Message message : messages) {
            batch.bind("run", message.to().value())
                    .bind("event", Codec.EVENT.write(message.event()))
                    .add();
        }
        batch.execute();
    }
}
