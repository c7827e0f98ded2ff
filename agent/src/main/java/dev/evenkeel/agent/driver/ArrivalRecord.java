package dev.evenkeel.agent.driver;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * That a VM is about to be defined and started on its destination, written before either: what is found of it there afterwards is
 * ours to start or to clear away.
 */
record ArrivalRecord(Instant begunAt, String destinationUri) {

    /** The records of this host's redeployments, a small file each, kept as evidence. */
    record Shelf(Path directory) {
        void keep(EffectId redeployment, ArrivalRecord record) throws IOException {
            Files.createDirectories(directory);
            PrivateFiles.write(file(redeployment), record.begunAt() + " " + record.destinationUri());
        }

        boolean has(EffectId redeployment) {
            return Files.exists(file(redeployment));
        }

        private Path file(EffectId redeployment) {
            return directory.resolve(StopRecord.Shelf.name(redeployment));
        }
    }
}
