package dev.evenkeel.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.facts.VmPort;
import dev.evenkeel.agent.metadata.Neighbours.Neighbour;
import dev.evenkeel.core.fleet.VmId;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which VM is at an address, by the kernel's own tables. */
class GuestPeersTest {
    private static final String MAC_A = "52:54:00:00:00:0a";
    private static final String MAC_B = "52:54:00:00:00:0b";

    private final Map<String, Neighbour> neighbours = new HashMap<>();
    private final Map<String, String> forwarding = new HashMap<>();
    private final List<VmPort> ports = List.of(port("a", "vnet0", MAC_A), port("b", "vnet1", MAC_B));
    private boolean broken;
    private final GuestPeers peers = new GuestPeers(
            new GuestPeers.Tables() {
                @Override
                public Map<String, Neighbour> neighbours() throws IOException {
                    if (broken) {
                        throw new IOException("a test");
                    }
                    return Map.copyOf(neighbours);
                }

                @Override
                public Map<String, String> forwarding() {
                    return Map.copyOf(forwarding);
                }
            },
            () -> ports);

    private static VmPort port(String vm, String device, String mac) {
        return new VmPort(new VmId(vm), "vm-" + vm, device, Optional.of("br0"), Optional.of(mac));
    }

    private Optional<String> at(String address) throws IOException {
        return peers.apply(InetAddress.getByName(address)).map(vm -> vm.id().value());
    }

    @Test
    void itIsTheOneBehindWhosePortTheAnswerGoes() throws IOException {
        neighbours.put("10.0.0.1", new Neighbour(MAC_A, "md0"));
        forwarding.put(MAC_A, "vnet0");
        forwarding.put("52:54:00:00:00:ff", "vnet0");
        assertThat(at("10.0.0.1")).hasValue("a");
        neighbours.put("10.0.0.7", new Neighbour("52:54:00:00:00:ff", "md0"));
        assertThat(awaited("10.0.0.7")).as("a container in VM a").hasValue("a");
    }

    @Test
    void whatIsBehindAnotherPortIsNobody() throws IOException {
        neighbours.put("10.0.0.1", new Neighbour(MAC_A, "md0"));
        forwarding.put(MAC_A, "eth0");
        assertThat(at("10.0.0.1")).as("it is on another host").isEmpty();
        assertThat(at("10.0.0.2")).as("nobody is there").isEmpty();
    }

    @Test
    void aVmThatTakesAnothersHardwareAddressIsNobody() throws IOException {
        neighbours.put("10.0.0.1", new Neighbour(MAC_B, "md0"));
        forwarding.put(MAC_B, "vnet0");
        assertThat(at("10.0.0.1")).isEmpty();
    }

    @Test
    void aRoutedVmIsKnownByTheInterfaceItself() throws IOException {
        neighbours.put("10.0.0.1", new Neighbour(MAC_B, "vnet1"));
        assertThat(at("10.0.0.1")).hasValue("b");
    }

    @Test
    void withoutTheTablesThereIsNobody() throws IOException {
        neighbours.put("10.0.0.1", new Neighbour(MAC_A, "vnet0"));
        broken = true;
        assertThat(at("10.0.0.1")).isEmpty();
    }

    /** The tables are not read for each unknown address at once. */
    private Optional<String> awaited(String address) throws IOException {
        long until = System.nanoTime() + 10_000_000_000L;
        Optional<String> found = at(address);
        while (found.isEmpty() && System.nanoTime() < until) {
            Thread.onSpinWait();
            found = at(address);
        }
        return found;
    }

    @Test
    void theKernelsTablesAreUnderstood() {
        String arp = """
                IP address       HW type     Flags       HW address            Mask     Device
                10.78.1.1        0x1         0x2         52:54:00:AB:cd:01     *        md0
                10.78.1.2        0x1         0x0         00:00:00:00:00:00     *        md0
                """;
        assertThat(Neighbours.parse(arp)).isEqualTo(Map.of("10.78.1.1", new Neighbour("52:54:00:ab:cd:01", "md0")));

        byte[] table = new byte[3 * 16];
        System.arraycopy(new byte[] {0x52, 0x54, 0, (byte) 0xab, (byte) 0xcd, 1, 2, 0}, 0, table, 0, 8);
        System.arraycopy(new byte[] {0x52, 0x54, 0, 0, 0, 2, 2, 1}, 0, table, 16, 8); // local
        System.arraycopy(new byte[] {0x52, 0x54, 0, 0, 0, 3, 1, 0, 0, 0, 0, 0, 1}, 0, table, 32, 13);
        assertThat(ForwardingTable.parse(table, Map.of(2, "vnet0", 257, "vnet9")))
                .isEqualTo(Map.of("52:54:00:ab:cd:01", "vnet0", "52:54:00:00:00:03", "vnet9"));
    }
}
