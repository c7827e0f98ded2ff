package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.process.TargetProcess.Mapping;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A program or library that a process has mapped.
 *
 * @param bias by how much it lies higher than its file says
 */
record Module(String path, Elf elf, long bias) {
    /** The mappings of files from their beginning, by path, in the order of their addresses. */
    static Map<String, Mapping> files(TargetProcess process) throws IOException {
        Map<String, Mapping> files = new LinkedHashMap<>();
        for (Mapping each : process.mappings()) {
            if (each.path().startsWith("/") && each.offset() == 0) {
                files.putIfAbsent(each.path(), each);
            }
        }
        return files;
    }

    /** Reads the very file that is mapped, also when it is deleted or replaced; empty when it is no ELF file. */
    static Optional<Module> of(TargetProcess process, Mapping mapping) throws IOException {
        Path mapped =
                process.proc("map_files/" + Long.toHexString(mapping.start()) + "-" + Long.toHexString(mapping.end()));
        if (!Files.isRegularFile(mapped)) {
            return Optional.empty();
        }
        Elf elf;
        try (FileChannel file = FileChannel.open(mapped, StandardOpenOption.READ)) {
            if (file.size() < 64 || file.size() > Integer.MAX_VALUE) {
                return Optional.empty();
            }
            elf = Elf.of(file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()));
        } catch (IOException e) {
            return Optional.empty();
        }
        if (elf.loads().isEmpty()) {
            return Optional.empty();
        }
        long first = elf.loads().getFirst().address() & -4096L;
        return Optional.of(new Module(mapping.path(), elf, elf.type() == Elf.EXECUTABLE ? 0 : mapping.start() - first));
    }

    /** Whether a mapping is of a file of this name, without its directory. */
    static boolean isNamed(Mapping mapping, String name) {
        return mapping.file().substring(mapping.file().lastIndexOf('/') + 1).equals(name);
    }
}
