package dev.evenkeel.agent.driver;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
                PrivateFiles.write(directory.resolve(name(stop)), record.askedAt() + " " + record.life());
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

        static String name(EffectId stop) {
            return stop.value().replaceAll("[^A-Za-z0-9._-]", "_");
        }
    }
}
