package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.libvirt.Ties;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The files that are a running guest's memory, where all of it lies in files that another process may open too.
 *
 * @param files one for each memory backend, such as {@code /dev/shm/libvirt/qemu/3-web/pc.ram}
 * @param refusal why the memory cannot be handed over; then there are no files
 */
record SharedMemory(List<Path> files, Optional<Refusal> refusal) {
    SharedMemory {
        files = List.copyOf(files);
    }

    /** A way to QEMU: a QMP command as JSON, and what it returns. */
    interface Monitor {
        JsonNode ask(String command) throws IOException;
    }

    /** Asks the domain's QEMU; what the document says may be newer than the process. */
    static SharedMemory of(Domain domain) {
        try {
            return of(domain.name(), monitor(domain));
        } catch (IOException e) {
            throw LibvirtException.of(e);
        }
    }

    /** The way to a domain's QEMU through its daemon. */
    static Monitor monitor(Domain domain) {
        return command -> Json.mapper().readTree(domain.monitor(command)).path("return");
    }

    /** Asks a QEMU. */
    static SharedMemory of(String vm, Monitor monitor) throws IOException {
        List<Path> files = new ArrayList<>();
        for (JsonNode child : monitor.ask(command("qom-list", Map.of("path", "/objects")))) {
            String type = child.path("type").asString();
            String name = child.path("name").asString();
            if (!type.startsWith("child<memory-backend-")) {
                continue;
            }
            if (!type.equals("child<memory-backend-file>")
                    || !monitor.ask(property(name, "share")).asBoolean()) {
                return refused(vm, "its memory " + name + " lies in no shared file");
            }
            Path file = Path.of(monitor.ask(property(name, "mem-path")).asString());
            if (!Files.isRegularFile(file)) {
                return refused(vm, "the file of its memory " + name + ", " + file + ", has no name any more");
            }
            files.add(file);
        }
        return files.isEmpty()
                ? refused(vm, "its memory lies in no shared file")
                : new SharedMemory(files, Optional.empty());
    }

    /** Whether these are, name by name, the very files that are kept in a directory, and all of them. */
    boolean isKeptIn(Path kept) throws IOException {
        long count;
        try (Stream<Path> all = Files.list(kept)) {
            count = all.count();
        }
        for (Path file : files) {
            Path same = kept.resolve(Objects.requireNonNull(file.getFileName()));
            if (!Files.exists(same) || !Files.isSameFile(file, same)) {
                return false;
            }
        }
        return count == files.size();
    }

    private static SharedMemory refused(String vm, String why) {
        return new SharedMemory(List.of(), Optional.of(Ties.notShared(vm, why)));
    }

    private static String property(String object, String property) {
        return command("qom-get", Map.of("path", "/objects/" + object, "property", property));
    }

    private static String command(String command, Map<String, String> arguments) {
        return Json.mapper().writeValueAsString(Map.of("execute", command, "arguments", arguments));
    }
}
