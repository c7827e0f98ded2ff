package dev.evenkeel.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, with a database of its own, that can be killed. */
final class ServerProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 120;

    private final Path state;
    private final int port = TestServer.freePort();
    private final int gatewayPort = TestServer.freePort();
    private Process process;

    ServerProcess(Path state) throws IOException {
        this.state = state;
        this.process = launch();
    }

    private Process launch() throws IOException {
        Process started = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xms24m",
                        "-Xmn16m",
                        "-Xmx192m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName(),
                        "serve",
                        "--state",
                        state.toString(),
                        "--port",
                        Integer.toString(port),
                        "--gateway-port",
                        Integer.toString(gatewayPort))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        Files.createDirectories(state).resolve("stderr").toFile()))
                .start();
        BufferedReader out = started.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line == null || !line.equals("ready"); line = out.readLine()) {
            if (line == null) {
                throw new IOException("the server ended: " + Files.readString(state.resolve("stderr")));
            }
        }
        return started;
    }

    /** SIGKILL, as the kernel sends it when memory runs out. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void restart() throws IOException {
        process = launch();
    }

    /** SIGTERM; true when it ended by itself in time. */
    boolean terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    Path state() {
        return state;
    }

    String gatewayUrl() {
        return "https://127.0.0.1:" + gatewayPort;
    }

    Api api() throws IOException {
        return new Api(
                "http://127.0.0.1:" + port,
                Files.readString(state.resolve("server").resolve("admin-token")).strip());
    }

    @Override
    public void close() throws InterruptedException {
        if (process.isAlive() && !terminate()) {
            kill();
        }
    }
}
