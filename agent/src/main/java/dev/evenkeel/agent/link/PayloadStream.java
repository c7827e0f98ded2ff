package dev.evenkeel.agent.link;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a payload piece by piece with range requests (RFC 9110 §14), so that no piece can stall for ever. */
final class PayloadStream extends InputStream {
    private static final int PIECE = 1 << 20;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private final GatewayClient client;
    private final URI uri;
    private long next;
    private long total = Long.MAX_VALUE;
    private byte[] piece = new byte[0];
    private int at;

    PayloadStream(GatewayClient client, URI uri, long from) {
        this.client = client;
        this.uri = uri;
        this.next = from;
    }

    @Override
    public int read() throws IOException {
        return fill() ? piece[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int n = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, into, offset, n);
        at += n;
        return n;
    }

    private boolean fill() throws IOException {
        if (at == piece.length && next < total) {
            fetch();
        }
        return at < piece.length;
    }

    private void fetch() throws IOException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Range", "bytes=" + next + "-" + (next + PIECE - 1))
                .build();
        try {
            HttpResponse<byte[]> response = client.send(request, GatewayClient.ANSWER, PIECE);
            if (response.statusCode() == RANGE_NOT_SATISFIABLE) {
                total = next; // nothing is left, or nothing was there
                return;
            }
            if (response.statusCode() != PARTIAL_CONTENT) {
                throw GatewayClient.refused(response);
            }
            Matcher range = CONTENT_RANGE.matcher(
                    response.headers().firstValue("Content-Range").orElse(""));
            if (!range.matches()
                    || Long.parseLong(range.group(1)) != next
                    || response.body().length == 0
                    || response.body().length > PIECE) {
                throw new IOException("the server sent another piece of " + uri + " than was asked for");
            }
            total = Long.parseLong(range.group(3));
            piece = response.body();
            at = 0;
            next += piece.length;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading " + uri, e);
        }
    }
}
