package dev.evenkeel.lab;

import dev.evenkeel.lab.os.ProcessMark;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a lab is made of, on disk: written before each part is made, so that whoever comes later, after a crash of this
 * process too, can take away exactly what was started and nothing else.
 */
final class LabRecord {
    private final Path directory;
    private final TreeMap<String, String> facts = new TreeMap<>();

    private LabRecord(Path directory) {
        this.directory = directory;
    }

    static Path directory(Path state, String name) {
        return state.toAbsolutePath().normalize().resolve("lab").resolve(name);
    }

    static LabRecord create(Path state, String name) throws IOException {
        LabRecord record = new LabRecord(directory(state, name));
        Files.createDirectories(record.directory);
        record.put("name", name);
        return record;
    }

    static Optional<LabRecord> read(Path state, String name) throws IOException {
        LabRecord record = new LabRecord(directory(state, name));
        if (!Files.exists(record.file())) {
            return Optional.empty();
        }
        for (String line : Files.readAllLines(record.file())) {
            int at = line.indexOf('=');
            if (at > 0) {
                record.facts.put(line.substring(0, at), line.substring(at + 1));
            }
        }
        return Optional.of(record);
    }

    Path directory() {
        return directory;
    }

    synchronized Optional<String> get(String key) {
        return Optional.ofNullable(facts.get(key));
    }

    String need(String key) throws IOException {
        return get(key).orElseThrow(() -> new IOException(file() + ": no \"" + key + "\"; take the lab down"));
    }

    synchronized void put(String key, String value) throws IOException {
        facts.put(key, value);
        write();
    }

    synchronized void remove(String key) throws IOException {
        facts.remove(key);
        write();
    }

    /** Remembers a process under a name, such as {@code collector} or {@code h2}. */
    void process(String name, ProcessMark mark) throws IOException {
        put("process." + name, mark.toString());
    }

    Optional<ProcessMark> process(String name) {
        return get("process." + name).map(ProcessMark::parse);
    }

    /** All remembered processes but those of hosts. */
    List<String> keys(String prefix) {
        List<String> keys = new ArrayList<>();
        synchronized (this) {
            for (String key : facts.keySet()) {
                if (key.startsWith(prefix)) {
                    keys.add(key.substring(prefix.length()));
                }
            }
        }
        return keys;
    }

    private Path file() {
        return directory.resolve("lab.properties");
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder();
        facts.forEach((k, v) -> text.append(k).append('=').append(v).append('\n'));
        Trees.write(file(), text.toString());
    }
}
