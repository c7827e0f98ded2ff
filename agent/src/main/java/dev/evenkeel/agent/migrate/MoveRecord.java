package dev.evenkeel.agent.migrate;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What a move has touched, written down before it touches it, so that an agent that comes back after a crash knows what to clear.
 *
 * @param volumes paths of disk images that this move makes on the destination, which are the same paths as on the source
 * @param pausedBefore the owner had paused the VM
 * @param stayed the move came to nothing and the VM lived on at its source, while the destination did not answer: what was made
 *     there is left over
 */
record MoveRecord(
        VmId vm, String destinationUri, Instant startedAt, List<String> volumes, boolean pausedBefore, boolean stayed) {
    MoveRecord {
        volumes = List.copyOf(volumes);
    }

    MoveRecord leftOver() {
        return new MoveRecord(vm, destinationUri, startedAt, volumes, pausedBefore, true);
    }

    /** The records of this host's moves, a file each; gone when the move is settled. */
    record Shelf(Path directory) {
        void keep(MoveRecord move) {
            Properties properties = new Properties();
            properties.setProperty("destinationUri", move.destinationUri());
            properties.setProperty("startedAt", move.startedAt().toString());
            properties.setProperty("volumes", String.join("\n", move.volumes()));
            properties.setProperty("pausedBefore", Boolean.toString(move.pausedBefore()));
            properties.setProperty("stayed", Boolean.toString(move.stayed()));
            try {
                Files.createDirectories(directory);
                StringWriter text = new StringWriter();
                properties.store(text, null);
                PrivateFiles.write(file(move.vm(), move.destinationUri()), text.toString());
            } catch (IOException e) {
                throw new UncheckedIOException("the record of a move cannot be written to " + directory, e);
            }
        }

        /** The move of this VM to this destination, if it is not settled. */
        Optional<MoveRecord> find(VmId vm, String destinationUri) {
            return read(vm, file(vm, destinationUri));
        }

        /** All moves of this VM that are not settled. */
        List<MoveRecord> all(VmId vm) {
            return all().stream().filter(move -> move.vm().equals(vm)).toList();
        }

        /** All that came to nothing and left something over. */
        List<MoveRecord> leftOver() {
            return all().stream().filter(MoveRecord::stayed).toList();
        }

        private List<MoveRecord> all() {
            if (!Files.isDirectory(directory)) {
                return List.of();
            }
            try (Stream<Path> files = Files.list(directory)) {
                return files.map(file -> file.getFileName().toString())
                        .filter(name -> name.contains("@") && !name.endsWith(".new"))
                        .sorted()
                        .flatMap(name ->
                                read(new VmId(name.substring(0, name.indexOf('@'))), directory.resolve(name)).stream())
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException("the records of moves cannot be listed in " + directory, e);
            }
        }

        private Optional<MoveRecord> read(VmId vm, Path file) {
            try {
                Properties properties = new Properties();
                properties.load(new StringReader(Files.readString(file)));
                return Optional.of(new MoveRecord(
                        vm,
                        properties.getProperty("destinationUri", ""),
                        Instant.parse(properties.getProperty("startedAt", Instant.EPOCH.toString())),
                        properties
                                .getProperty("volumes", "")
                                .lines()
                                .filter(l -> !l.isEmpty())
                                .toList(),
                        Boolean.parseBoolean(properties.getProperty("pausedBefore")),
                        Boolean.parseBoolean(properties.getProperty("stayed"))));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException("the record of a move cannot be read from " + directory, e);
            }
        }

        void drop(VmId vm, String destinationUri) {
            try {
                Files.deleteIfExists(file(vm, destinationUri));
            } catch (IOException e) {
                throw new UncheckedIOException("the record of a move cannot be deleted from " + directory, e);
            }
        }

        private Path file(VmId vm, String destinationUri) {
            return directory.resolve(vm.value() + "@" + destinationUri.replaceAll("[^A-Za-z0-9.]+", "_"));
        }
    }
}
