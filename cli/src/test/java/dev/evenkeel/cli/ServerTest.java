package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test with a server of its own, which must not have been spoken to outside the API. */
@SuppressWarnings("NullAway.Init")
abstract class ServerTest {
    protected FakeServer server;
    protected Shell shell;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        shell = Shell.to(server);
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(server.wrong()).as("differences from openapi.yaml").isEmpty();
    }
}
