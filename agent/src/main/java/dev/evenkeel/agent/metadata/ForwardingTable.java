package dev.evenkeel.agent.metadata;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** A bridge's forwarding table: behind which of its ports a hardware address is (struct __fdb_entry of linux/if_bridge.h). */
final class ForwardingTable {
    private static final int ENTRY = 16;
    private static final int MAC_BYTES = 6;
    private static final int PORT_LOW = 6;
    private static final int IS_LOCAL = 7;
    private static final int PORT_HIGH = 12;
    /** The kernel gives whole entries, up to a page. */
    private static final int PIECE = 4096;

    private ForwardingTable() {}

    /** The device by hardware address; the bridge's own addresses are left out. */
    static Map<String, String> read(Path bridge) throws IOException {
        Map<Integer, String> ports = ports(bridge.resolve("brif"));
        try (FileChannel table = FileChannel.open(bridge.resolve("brforward"))) {
            return parse(Neighbours.whole(table, PIECE), ports);
        }
    }

    static Map<String, String> parse(byte[] table, Map<Integer, String> ports) {
        Map<String, String> found = new HashMap<>();
        HexFormat colons = HexFormat.ofDelimiter(":");
        for (int at = 0; at + ENTRY <= table.length; at += ENTRY) {
            int number = (table[at + PORT_LOW] & 0xff) | (table[at + PORT_HIGH] & 0xff) << 8;
            String device = ports.get(number);
            if (table[at + IS_LOCAL] == 0 && device != null) {
                found.put(colons.formatHex(table, at, at + MAC_BYTES), device);
            }
        }
        return found;
    }

    private static Map<Integer, String> ports(Path directory) throws IOException {
        Map<Integer, String> ports = new HashMap<>();
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(directory)) {
            for (Path device : devices) {
                try {
                    ports.put(
                            Integer.decode(
                                    Files.readString(device.resolve("port_no")).strip()),
                            device.getFileName().toString());
                } catch (NoSuchFileException e) {
                    continue; // it went away meanwhile
                }
            }
        }
        return ports;
    }
}
