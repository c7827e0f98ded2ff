package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.agent.packages.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a kernel module says of itself.
 *
 * @param release the kernel's release that it was built for: the first word of its vermagic
 * @param livepatch whether it is one
 */
record ModuleFile(String name, String release, boolean livepatch) {
    static ModuleFile read(Path file) throws IOException {
        Command.Result result =
                Command.run(Duration.ofSeconds(20), Map.of(), List.of("/sbin/modinfo", "-0", file.toString()));
        if (!result.ok()) {
            throw new IOException("modinfo can't read " + file.getFileName() + ": " + result.tail());
        }
        return parse(result.output());
    }

    /** @param output of {@code modinfo -0}: {@code field=value} or {@code field: value}, each ended by a NUL */
    static ModuleFile parse(String output) {
        Map<String, String> fields = List.of(output.split("\0")).stream()
                .map(field -> field.split("[:=]", 2))
                .filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(pair -> pair[0].strip(), pair -> pair[1].strip(), (first, later) -> first));
        return new ModuleFile(
                fields.getOrDefault("name", ""),
                fields.getOrDefault("vermagic", "").split(" ", 2)[0],
                fields.containsKey("livepatch"));
    }
}
