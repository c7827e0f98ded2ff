package dev.evenkeel.agent.link;

import java.io.IOException;
import java.io.InputStream;

/** Where the files of an update come from. */
@FunctionalInterface
public interface PayloadSource {

    /**
     * Opens a payload at an offset, so that a download that broke off is resumed.
     *
     * @param sha256 lower-case hex; the caller checks what arrives against it
     * @param from bytes that the caller has already
     * @throws IOException when the server is away or has no such payload
     */
    InputStream open(String sha256, long from) throws IOException;
}
