package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Upload;
import dev.evenkeel.cli.output.Human;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Uploads the payloads that the server does not have yet, and tells how far it is on standard error. */
final class PayloadUpload {
    private static final Duration TELL_EVERY = Duration.ofSeconds(10);

    private final Session session;
    private final boolean terminal;
    private long sent;
    private long told = -1;
    private Instant toldAt;

    PayloadUpload(Session session) {
        this.session = session;
        this.terminal = session.surroundings().terminal();
        this.toldAt = session.now();
    }

    void upload(Map<String, Path> payloads) {
        Map<String, Path> missing = new LinkedHashMap<>(payloads);
        missing.keySet().removeIf(session.api()::hasPayload);
        if (missing.isEmpty()) {
            return;
        }
        long all = missing.values().stream().mapToLong(PayloadUpload::size).sum();
        int number = 0;
        for (Map.Entry<String, Path> payload : missing.entrySet()) {
            number++;
            String where =
                    number + " of " + missing.size() + ", " + payload.getValue().getFileName();
            long before = sent;
            session.api().putPayload(payload.getKey(), payload.getValue(), meter(where, before, all));
            sent = before + size(payload.getValue());
        }
        line("uploaded " + missing.size() + " of " + payloads.size() + " payloads, " + Human.size(all), true);
    }

    /** Tells each whole per cent in place on a terminal; elsewhere a line now and then. */
    private Upload.Meter meter(String where, long before, long all) {
        return now -> {
            synchronized (this) {
                long percent = all == 0 ? 100 : (before + now) * 100 / all;
                boolean late = Duration.between(toldAt, session.now()).compareTo(TELL_EVERY) >= 0;
                if (percent != told && (terminal || late)) {
                    told = percent;
                    toldAt = session.now();
                    line("uploading " + percent + " % of " + Human.size(all) + " (" + where + ")", !terminal);
                }
            }
        };
    }

    private void line(String text, boolean stays) {
        PrintWriter err = session.surroundings().err();
        err.print((terminal ? "\r\033[K" : "") + text + (stays ? "\n" : ""));
        err.flush();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, "the payload file " + file + " cannot be read: " + e.getMessage());
        }
    }
}
