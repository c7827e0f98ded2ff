package dev.evenkeel.lab.beat;

import dev.evenkeel.lab.os.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The collector's files: one per VM, kept apart from the VM's host and from this process, so that they tell what
 * happened whoever else died. A beat is in its file within a quarter of a second of its arrival.
 */
public final class Heartbeats {
    private static final String SUFFIX = ".beats";

    private final Path directory;

    public Heartbeats(Path directory) {
        this.directory = directory;
    }

    /** The VMs that ever beat. */
    public List<String> vms() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        }
    }

    /** All beats of a VM still on file; of one that never beat, none. */
    public Pulse of(String vm) throws IOException {
        return since(vm, Instant.EPOCH);
    }

    /** The beats of a VM from a time on. */
    public Pulse since(String vm, Instant from) throws IOException {
        long begin = Pulse.nanos(from);
        List<Beat> beats = new ArrayList<>();
        for (String name : List.of(vm + SUFFIX + ".old", vm + SUFFIX)) {
            Path file = directory.resolve(name);
            if (!Files.exists(file)) {
                continue;
            }
            try (BufferedReader reader = Files.newBufferedReader(file)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    Beat.parse(line).filter(b -> b.arrivalNs() >= begin).ifPresent(beats::add);
                }
            }
        }
        return new Pulse(beats);
    }

    /** When a VM last beat, without reading all of its file. */
    public boolean aliveSince(String vm, Instant time) throws IOException {
        Path file = directory.resolve(vm + SUFFIX);
        if (!Files.exists(file)) {
            return false;
        }
        try (var channel = Files.newByteChannel(file)) {
            long start = Math.max(0, channel.size() - 1024);
            channel.position(start);
            var buffer = java.nio.ByteBuffer.allocate(1024);
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                continue;
            }
            String tail = new String(buffer.array(), 0, buffer.position(), java.nio.charset.StandardCharsets.US_ASCII);
            return tail.lines()
                    .flatMap(line -> Beat.parse(line).stream())
                    .anyMatch(beat -> beat.arrivalNs() >= Pulse.nanos(time));
        }
    }

    /** Waits until a VM beats at this time or later; false where it did not within the limit. */
    public boolean await(String vm, Instant time, Duration limit) throws IOException {
        return Await.until(limit, () -> aliveSince(vm, time));
    }
}
