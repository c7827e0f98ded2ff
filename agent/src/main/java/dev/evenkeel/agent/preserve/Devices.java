package dev.evenkeel.agent.preserve;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * A machine that QEMU was told to build: its type, and its devices by place and type. QEMU notices when a stream lacks the state of a
 * device or brings that of one that it does not have, but not when it has a device of which the stream says nothing; and another
 * type of machine it notices only once the stream comes.
 */
record Devices(String machine, TreeSet<String> all) {
    private static final List<String> PLACES = List.of("/machine/peripheral", "/machine/peripheral-anon");

    /** Asks a QEMU. */
    static Devices of(SharedMemory.Monitor monitor) throws IOException {
        TreeSet<String> found = new TreeSet<>();
        for (String place : PLACES) {
            String command = "{\"execute\":\"qom-list\",\"arguments\":{\"path\":\"" + place + "\"}}";
            for (JsonNode child : monitor.ask(command)) {
                String type = child.path("type").asString();
                if (type.startsWith("child<")) {
                    found.add(place + "/" + child.path("name").asString() + " of " + type);
                }
            }
        }
        String type = "{\"execute\":\"qom-get\",\"arguments\":{\"path\":\"/machine\",\"property\":\"type\"}}";
        return new Devices(monitor.ask(type).asString(), found);
    }

    /** What one of the two has and the other lacks; empty when they are the same. */
    Optional<String> difference(Devices old) {
        if (!machine.equals(old.machine)) {
            return Optional.of("it is a " + machine + " where the VM is a " + old.machine);
        }
        TreeSet<String> more = new TreeSet<>(all);
        more.removeAll(old.all);
        TreeSet<String> fewer = new TreeSet<>(old.all);
        fewer.removeAll(all);
        return more.isEmpty() && fewer.isEmpty()
                ? Optional.empty()
                : Optional.of("it has devices " + more + " that the VM has not, and lacks " + fewer);
    }
}
