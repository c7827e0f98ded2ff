package dev.evenkeel.agent.driver;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.impact.MigrationModel;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/**
 * What this host has learned of moves to each other host, kept over restarts. Losing it costs accuracy, never safety: a
 * file that can't be read is as good as none.
 */
final class LearnedModels {
    private static final Logger LOG = LoggerFactory.getLogger(LearnedModels.class);

    private final Path file;
    private final Map<String, Map<String, Double>> models = new TreeMap<>();

    LearnedModels(Path file) {
        this.file = file;
        try {
            if (Files.exists(file)) {
                models.putAll(Json.mapper()
                        .readValue(
                                Files.readAllBytes(file),
                                new TypeReference<TreeMap<String, Map<String, Double>>>() {}));
            }
        } catch (IOException | JacksonException e) {
            LOG.warn("{} can't be read; learning anew", file, e);
        }
    }

    /** The constants for moves to a host; of one that never took a VM, those of the host that took most. */
    synchronized MigrationModel to(HostId host) {
        Map<String, Double> own = models.get(host.value());
        if (own != null) {
            return MigrationModel.of(own);
        }
        return models.values().stream()
                .map(MigrationModel::of)
                .max(java.util.Comparator.comparing(MigrationModel::moves))
                .orElse(MigrationModel.DEFAULT);
    }

    synchronized void learned(HostId host, MigrationModel model) {
        models.put(host.value(), model.toMap());
        try {
            Path beside = file.resolveSibling(file.getFileName() + ".new");
            Files.write(beside, Json.mapper().writeValueAsBytes(models));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("what was learned of moves to {} is not on disk", host, e);
        }
    }
}
