package dev.evenkeel.server.observe;

import dev.evenkeel.core.fleet.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process takes of the machine's RAM, as {@code proc(5)} has it. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String FIELD = "VmRSS:";

    private ProcessMemory() {}

    /** Zero where there is no procfs. */
    static Bytes resident() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(FIELD))
                    .map(line ->
                            line.substring(FIELD.length()).replace("kB", "").strip())
                    .map(kibibytes -> Bytes.ofKiB(Long.parseLong(kibibytes)))
                    .findFirst()
                    .orElse(Bytes.ZERO);
        } catch (IOException e) {
            return Bytes.ZERO;
        }
    }
}
