package dev.evenkeel.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * Runs the usual commands once against a server of its own on the loopback that knows no hosts. The launcher does this
 * after a build and lets the JVM write down what it loaded and linked (JEP 514, ahead-of-time cache), which makes every
 * later start several times faster. It prints nothing and changes nothing.
 */
final class Rehearsal {
    private static final byte[] EMPTY = "{\"items\":[],\"next\":null}".getBytes(StandardCharsets.UTF_8);

    private static final List<List<String>> COMMANDS = List.of(
            List.of("--help"),
            List.of("vm", "ls", "--help"),
            List.of("host", "ls"),
            List.of("vm", "ls", "-o", "wide"),
            List.of("rollout", "ls", "-o", "json"),
            List.of("ledger", "-o", "yaml"),
            List.of("rollout", "status", "none"),
            List.of("no-such-verb"));

    private Rehearsal() {}

    static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean list = !exchange.getRequestURI().getPath().endsWith("none");
            exchange.sendResponseHeaders(list ? 200 : 404, EMPTY.length);
            exchange.getResponseBody().write(EMPTY);
            exchange.close();
        });
        server.start();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Map<String, String> environment = Map.of(
                "EVENKEEL_SERVER",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "EVENKEEL_STATE",
                "/nonexistent");
        Surroundings surroundings =
                new Surroundings(nowhere, nowhere, environment, InstantSource.system(), ZoneId.systemDefault(), false);
        COMMANDS.forEach(command -> Main.run(surroundings, command.toArray(String[]::new)));
        server.stop(0);
    }
}
