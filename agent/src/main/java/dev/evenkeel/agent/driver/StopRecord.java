package dev.evenkeel.agent.driver;

import dev.evenkeel.core.engine.EffectId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

/**
 * That a guest was asked to go down, written before it is asked: an agent that comes back after a crash knows by it that
 * a VM that is off is off because of us.
 *
 * @param life the number of the VM's life that was asked, as libvirt counts them
 */
record StopRecord(Instant askedAt, int life) {

    /** The records of this host's stops, a small file each. They are kept: they are evidence of who stopped what. */
    record Shelf(Path directory) {
        void keep(EffectId stop, StopRecord record) {
            try {
                Files.createDirectories(directory);
                Path draft = directory.resolve(name(stop) + ".draft");
                try (FileChannel out = FileChannel.open(
                        draft,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
                    ByteBuffer bytes = StandardCharsets.UTF_8.encode(record.askedAt() + " " + record.life());
                    while (bytes.hasRemaining()) {
                        out.write(bytes);
                    }
                    out.force(true);
                }
                Files.move(draft, directory.resolve(name(stop)), StandardCopyOption.ATOMIC_MOVE);
                try (FileChannel folder = FileChannel.open(directory)) {
                    folder.force(true);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the record of " + stop + " cannot be written to " + directory, e);
            }
        }

        Optional<StopRecord> find(EffectId stop) {
            try {
                String[] words = Files.readString(directory.resolve(name(stop))).split(" ", 2);
                return Optional.of(new StopRecord(Instant.parse(words[0]), Integer.parseInt(words[1])));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException("the record of " + stop + " cannot be read in " + directory, e);
            }
        }

        private static String name(EffectId stop) {
            return stop.value().replaceAll("[^A-Za-z0-9._-]", "_");
        }
    }
}
