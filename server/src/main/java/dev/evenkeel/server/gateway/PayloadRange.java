package dev.evenkeel.server.gateway;

import dev.evenkeel.server.http.Problem;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends a file or one range of it (RFC 9110 §14). */
final class PayloadRange {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{1,18})?");
    private static final int BUFFER = 64 * 1024;

    private PayloadRange() {}

    static void send(Path file, ServerRequest request, ServerResponse response) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            long from = 0;
            long to = size - 1;
            if (request.headers().contains(HeaderNames.RANGE)) {
                String wanted = request.headers().get(HeaderNames.RANGE).get();
                Matcher range = RANGE.matcher(wanted);
                if (!range.matches()) {
                    throw Problem.invalid("Range", wanted, "give one range such as bytes=1048576-");
                }
                from = Long.parseLong(range.group(1));
                to = range.group(2) == null ? to : Math.min(to, Long.parseLong(range.group(2)));
                if (from > to) {
                    response.status(Status.REQUESTED_RANGE_NOT_SATISFIABLE_416);
                    response.header("Content-Range", "bytes */" + size);
                    response.send();
                    return;
                }
                response.status(Status.PARTIAL_CONTENT_206);
                response.header("Content-Range", "bytes " + from + "-" + to + "/" + size);
            }
            response.header("Accept-Ranges", "bytes");
            response.header("Content-Type", "application/octet-stream");
            response.contentLength(to - from + 1);
            try (OutputStream out = response.outputStream()) {
                copy(channel, from, to, out);
            }
        }
    }

    private static void copy(FileChannel channel, long from, long to, OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        long at = from;
        while (at <= to) {
            buffer.clear().limit((int) Math.min(BUFFER, to - at + 1));
            int n = channel.read(buffer, at);
            if (n < 0) {
                throw new IOException("the payload ended early; the store never changes a file, so the disk lies");
            }
            out.write(buffer.array(), 0, n);
            at += n;
        }
    }
}
