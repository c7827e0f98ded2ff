package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.io.InputStream;

/** Where payload files come from: the server's content-addressed store, behind the agent's link. */
@FunctionalInterface
public interface PayloadSource {
    /**
     * The bytes of a payload from an offset on.
     *
     * @throws IOException when it can't be had now
     */
    InputStream open(String sha256, long from) throws IOException;
}
