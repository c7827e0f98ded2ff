package dev.evenkeel.agent.metadata;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.TreeMap;

/** A client's connection that sends what it is told and reads answers as they come. */
final class Exchange implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;

    private Exchange(Socket socket) {
        this.socket = socket;
    }

    /** @param headers by lower-case name */
    record Answer(int status, TreeMap<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    static Exchange open(String from, int port) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port, InetAddress.getByName(from), 0);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new Exchange(socket);
    }

    Exchange send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** A request without a body; headers are lines. */
    Answer request(String line, String... headers) throws IOException {
        return request(line, "", headers);
    }

    Answer request(String line, String body, String[] headers) throws IOException {
        StringBuilder all = new StringBuilder(line).append(" HTTP/1.1\r\nHost: 169.254.169.254\r\n");
        for (String header : headers) {
            all.append(header).append("\r\n");
        }
        if (!body.isEmpty()) {
            all.append("Content-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n");
        }
        send(all.append("\r\n").append(body).toString());
        return answer();
    }

    Answer answer() throws IOException {
        String status = line();
        TreeMap<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        byte[] body = socket.getInputStream().readNBytes(length);
        return new Answer(Integer.parseInt(status.split(" ")[1]), headers, new String(body, StandardCharsets.UTF_8));
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("hung up after: " + line);
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** Whether the other side hangs up now, without another word. */
    boolean isHungUp() throws IOException {
        return socket.getInputStream().read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
