package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Waiting for what must come true, with servers and hosts being away in between. */
final class Waits {
    private Waits() {}

    /** Fails when the condition did not hold within the patience; a condition that can't be asked does not hold yet. */
    static void await(Duration patience, String what, Callable<Boolean> condition) throws Exception {
        boolean held = Await.until(patience, () -> {
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
