package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Waiting for what must come true, with servers and hosts being away in between. */
final class Waits {
    private static final Duration AT_ONCE = Duration.ofMillis(25);
    /** A question to the server is a JVM of its own; asked without a pause, it takes the machine from what it waits for. */
    private static final Duration NOW_AND_THEN = Duration.ofMillis(250);

    private Waits() {}

    /** Fails when the condition did not hold within the patience; a condition that can't be asked does not hold yet. */
    static void await(Duration patience, String what, Callable<Boolean> condition) throws Exception {
        await(patience, NOW_AND_THEN, what, condition);
    }

    /** The same for something that is soon over, and cheap to look at. */
    static void awaitMoment(Duration patience, String what, Callable<Boolean> condition) throws Exception {
        await(patience, AT_ONCE, what, condition);
    }

    private static void await(Duration patience, Duration pause, String what, Callable<Boolean> condition)
            throws Exception {
        boolean held = Await.until(patience, pause, () -> {
            try {
                return condition.call();
            } catch (IOException e) {
                return false; // the server or a host is away
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        assertThat(held).as(what + " within " + patience).isTrue();
    }
}
