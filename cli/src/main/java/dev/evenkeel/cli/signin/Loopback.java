package dev.evenkeel.cli.signin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits on the loopback for a browser to come back from the provider (RFC 8252 §7.3). */
final class Loopback implements AutoCloseable {
    private static final String PATH = "/callback";

    private final HttpServer server;
    private final String state;
    private final CompletableFuture<Map<String, String>> answer = new CompletableFuture<>();

    private Loopback(HttpServer server, String state) {
        this.server = server;
        this.state = state;
    }

    /**
     * @param port 0 takes a free one
     * @param state what the browser must bring back, so that nobody else's answer is taken
     */
    static Loopback open(int port, String state) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 0);
            Loopback loopback = new Loopback(server, state);
            server.createContext(PATH, loopback::handle);
            server.start();
            return loopback;
        } catch (IOException e) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "cannot listen on 127.0.0.1:" + port + ": " + e.getMessage() + "; give another --port");
        }
    }

    String redirect() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + PATH;
    }

    /** The code that the browser brings. */
    String awaitCode(Duration most) {
        try {
            Map<String, String> brought = answer.get(most.toMillis(), TimeUnit.MILLISECONDS);
            String code = brought.get("code");
            if (code == null) {
                throw new CommandFailed(
                        ExitCode.FORBIDDEN,
                        "the provider did not sign you in: "
                                + brought.getOrDefault("error_description", brought.getOrDefault("error", "no code")));
            }
            return code;
        } catch (TimeoutException e) {
            throw new CommandFailed(ExitCode.TIMED_OUT, "nobody signed in within " + most.toSeconds() + " s (--wait)");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "interrupted");
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
        boolean ours = state.equals(query.get("state"));
        byte[] text = (ours
                        ? "Evenkeel: you may close this page and go back to the command line.\n"
                        : "Evenkeel: this is not the answer to the sign-in that is under way.\n")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(ours ? 200 : 400, text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
        if (ours) {
            answer.complete(query);
        }
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> query = new LinkedHashMap<>();
        if (raw != null) {
            for (String one : raw.split("&")) {
                int equals = one.indexOf('=');
                if (equals > 0) {
                    query.put(
                            one.substring(0, equals),
                            URLDecoder.decode(one.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
        }
        return query;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
