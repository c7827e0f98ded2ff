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
import java.util.Map;

/** Uploads the payloads that the server does not have yet, and tells how far it is on standard error. */
final class PayloadUpload {
    private final Session session;

    PayloadUpload(Session session) {
        this.session = session;
    }

    void upload(Map<String, Path> payloads) {
        int number = 0;
        for (Map.Entry<String, Path> payload : payloads.entrySet()) {
            number++;
            String name = payload.getValue().getFileName() + " (" + number + " of " + payloads.size() + ")";
            if (session.api().hasPayload(payload.getKey())) {
                continue;
            }
            long size = size(payload.getValue());
            session.api().putPayload(payload.getKey(), payload.getValue(), meter(name, size));
            line("uploaded " + name + ", " + Human.size(size), true);
        }
    }

    /** Tells each whole per cent, on a terminal only. */
    private Upload.Meter meter(String name, long size) {
        if (!session.surroundings().terminal()) {
            return sent -> {};
        }
        return new Upload.Meter() {
            private long told = -1;

            @Override
            public synchronized void sent(long bytes) {
                long percent = size == 0 ? 100 : bytes * 100 / size;
                if (percent != told) {
                    told = percent;
                    line("uploading " + name + " " + percent + " % of " + Human.size(size), false);
                }
            }
        };
    }

    private void line(String text, boolean stays) {
        PrintWriter err = session.surroundings().err();
        err.print((session.surroundings().terminal() ? "\r\033[K" : "") + text + (stays ? "\n" : ""));
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
