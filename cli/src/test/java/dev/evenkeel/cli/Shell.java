package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** A shell of a test: runs commands against a server, at noon, and keeps what they printed. */
final class Shell {
    static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private final Map<String, String> environment = new HashMap<>();
    private InstantSource clock = InstantSource.fixed(NOON);
    private boolean terminal;

    private Shell() {
        environment.put("EVENKEEL_STATE", "/nonexistent");
    }

    static Shell to(FakeServer server) {
        return new Shell().with("EVENKEEL_SERVER", server.url());
    }

    static Shell toNowhere() {
        return new Shell();
    }

    Shell with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Shell onTerminal() {
        terminal = true;
        return this;
    }

    Shell withRealClock() {
        clock = InstantSource.system();
        return this;
    }

    Result run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(
                new Surroundings(
                        new PrintWriter(out), new PrintWriter(err), environment, clock, ZoneOffset.UTC, terminal),
                args);
        return new Result(code, out.toString(), err.toString());
    }

    record Result(int code, String out, String err) {
        Result endsWith(ExitCode expected) {
            assertThat(code).as("exit code; out: %s err: %s", out, err).isEqualTo(expected.number());
            return this;
        }

        Result prints(String... lines) {
            assertThat(out.lines().map(String::stripTrailing)).containsExactly(lines);
            return this;
        }

        Result says(String... lines) {
            assertThat(err.lines()).containsExactly(lines);
            return this;
        }
    }
}
