package dev.evenkeel.agent.migrate;

import dev.evenkeel.core.fleet.VmId;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What a move has touched, written down before it touches it, so that an agent that comes back after a crash knows what to clear.
 *
 * @param volumes paths of disk images that this move makes on the destination, which are the same paths as on the source
 * @param pausedBefore the owner had paused the VM
 */
record MoveRecord(VmId vm, String destinationUri, Instant startedAt, List<String> volumes, boolean pausedBefore) {
    MoveRecord {
        volumes = List.copyOf(volumes);
    }

    /** The records of this host's moves, a file each; gone when the move is settled. */
    record Shelf(Path directory) {
        void keep(MoveRecord move) {
            Properties properties = new Properties();
            properties.setProperty("destinationUri", move.destinationUri());
            properties.setProperty("startedAt", move.startedAt().toString());
            properties.setProperty("volumes", String.join("\n", move.volumes()));
            properties.setProperty("pausedBefore", Boolean.toString(move.pausedBefore()));
            try {
                Files.createDirectories(directory);
                StringWriter text = new StringWriter();
                properties.store(text, null);
                Path draft = directory.resolve(move.vm().value() + ".draft");
                try (FileChannel out = FileChannel.open(
                        draft,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
                    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
                    while (bytes.hasRemaining()) {
                        out.write(bytes);
                    }
                    out.force(true);
                }
                Files.move(draft, file(move.vm()), StandardCopyOption.ATOMIC_MOVE);
                try (FileChannel folder = FileChannel.open(directory)) {
                    folder.force(true);
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("the record of a move cannot be written to " + directory, e);
            }
        }

        Optional<MoveRecord> find(VmId vm) {
            try {
                Properties properties = new Properties();
                properties.load(new StringReader(Files.readString(file(vm))));
                return Optional.of(new MoveRecord(
                        vm,
                        properties.getProperty("destinationUri", ""),
                        Instant.parse(properties.getProperty("startedAt", Instant.EPOCH.toString())),
                        properties
                                .getProperty("volumes", "")
                                .lines()
                                .filter(l -> !l.isEmpty())
                                .toList(),
                        Boolean.parseBoolean(properties.getProperty("pausedBefore"))));
            } catch (java.nio.file.NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("the record of a move cannot be read from " + directory, e);
            }
        }

        void drop(VmId vm) {
            try {
                Files.deleteIfExists(file(vm));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("the record of a move cannot be deleted from " + directory, e);
            }
        }

        private Path file(VmId vm) {
            return directory.resolve(vm.value() + ".move");
        }
    }
}
