package dev.evenkeel.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

class TiesTest {
    private static final String SHARED = "<memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>";

    private static List<String> codes(String memory, String devices) {
        return Ties.of(
                        "web",
                        "<domain type='kvm'><name>web</name><memory>1024</memory>" + memory + "<devices>" + devices
                                + "</devices></domain>")
                .stream()
                .map(Refusal::code)
                .toList();
    }

    @Test
    void aVmWhoseMemoryLiesInASharedFileIsFree() {
        assertThat(codes(SHARED, """
                        <interface type='bridge'><source bridge='br0'/></interface>
                        <serial type='pty'/>
                        <channel type='unix'><source mode='bind' path='/run/libvirt/qemu/channel/1-web/agent'/></channel>
                        <channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/target/1/agent'/></channel>
                        <graphics type='vnc' autoport='yes'/>
                        """)).isEmpty();
    }

    @Test
    void memoryOfItsOwnTiesItAndTheRemedyIsSaid() {
        assertThat(codes("", "")).containsExactly("MEMORY_NOT_SHARED");
        assertThat(codes("<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>", ""))
                .containsExactly("MEMORY_NOT_SHARED");
        assertThat(Ties.of("web", "<domain><name>web</name><memory>1</memory></domain>")
                        .getFirst()
                        .why())
                .contains("<memoryBacking>");
    }

    @Test
    void whatTwoProcessesCanNotHaveAtOnceTiesIt() {
        assertThat(codes(SHARED, "<hostdev type='pci'/>")).containsExactly("TIED_TO_PROCESS");
        assertThat(codes(SHARED, "<interface type='network'><source network='default'/></interface>"))
                .containsExactly("NETWORK_CARD");
        assertThat(codes(SHARED, "<tpm model='tpm-crb'/>")).containsExactly("DEVICE_STATE");
        assertThat(codes(SHARED, "<vsock model='virtio'/>")).containsExactly("DEVICE_STATE");
        assertThat(codes(SHARED, "<serial type='tcp'><source mode='bind' host='0.0.0.0' service='9'/></serial>"))
                .containsExactly("PORT_LISTENS");
        assertThat(codes(SHARED, "<graphics type='vnc' port='5900' autoport='no'/>"))
                .containsExactly("PORT_LISTENS");
    }
}
