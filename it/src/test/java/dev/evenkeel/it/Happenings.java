package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** The event stream of a server as {@code evenkeel events -f} tells it, across the server's deaths: what triggers a test's blows. */
final class Happenings implements AutoCloseable {
    private final Process process;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();
    private final List<JsonNode> heard = new ArrayList<>();

    Happenings(Evenkeel evenkeel) throws IOException {
        process = evenkeel.start("events", "-f", "--after", "0", "-o", "json");
        Thread.ofVirtual().start(this::listen);
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode event = Json.mapper().readTree(line);
                lock.lock();
                try {
                    heard.add(event);
                    more.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** How many events there are so far: where a test begins to listen. */
    int now() {
        lock.lock();
        try {
            return heard.size();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an event of this type, of this run, after a place in the stream. */
    JsonNode await(int after, String run, String type, Duration patience) throws InterruptedException {
        return await(
                after,
                event -> event.get("type").asString().equals(type)
                        && event.path("run").asString("").equals(run),
                type + " of run " + run,
                patience);
    }

    JsonNode await(int after, Predicate<JsonNode> wanted, String what, Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            int at = after;
            while (true) {
                for (; at < heard.size(); at++) {
                    if (wanted.test(heard.get(at))) {
                        return heard.get(at);
                    }
                }
                assertThat(left).as(what + " within " + patience).isPositive();
                left = more.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The events of a run after a place in the stream, as text for a test's complaint. */
    List<String> of(int after, String run) {
        lock.lock();
        try {
            return heard.subList(after, heard.size()).stream()
                    .filter(event -> event.path("run").asString("").equals(run))
                    .map(event -> event.get("type").asString() + ": "
                            + event.get("text").asString())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
