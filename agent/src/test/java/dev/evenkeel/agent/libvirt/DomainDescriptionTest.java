package dev.evenkeel.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DomainDescriptionTest {
    @Test
    void readsWhatAMoveNeeds() {
        DomainDescription vm = DomainDescription.parse(domain(
                "<ek:vm xmlns:ek='https://evenkeel.dev/xmlns/vm/1' tenant='acme' availability-set='web' max-pause='PT2S' post-copy='allowed' notice='PT15M'/>",
                """
                <emulator>/usr/bin/qemu-system-x86_64</emulator>
                <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/img/a.qcow2'/><target dev='vda'/></disk>
                <disk type='file' device='cdrom'><target dev='sda'/><readonly/></disk>
                <interface type='bridge'>
                  <mac address='52:54:00:AB:00:01'/><source bridge='br0'/><target dev='vnet3'/>
                </interface>
                <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>
                """));
        assertThat(vm.memory()).isEqualTo(Bytes.ofMiB(256));
        assertThat(vm.machine()).isEqualTo("pc-i440fx-10.0");
        assertThat(vm.emulator()).hasValue("/usr/bin/qemu-system-x86_64");
        assertThat(vm.cpu())
                .hasValueSatisfying(cpu -> assertThat(cpu).contains("<model").contains("qemu64"));
        assertThat(vm.disks()).hasSize(2);
        assertThat(vm.disks().getFirst().path()).hasValue("/img/a.qcow2");
        assertThat(vm.disks().getFirst().format()).isEqualTo("qcow2");
        assertThat(vm.disks().getLast().readOnly()).isTrue();
        assertThat(vm.disks().getLast().path()).isEmpty();
        assertThat(vm.nics())
                .containsExactly(new DomainDescription.Nic(
                        "bridge",
                        java.util.Optional.of("br0"),
                        java.util.Optional.of("br0"),
                        java.util.Optional.of("vnet3"),
                        java.util.Optional.of("52:54:00:ab:00:01")));
        assertThat(vm.agentConnected()).isTrue();
        assertThat(vm.obstacles()).isEmpty();
        assertThat(vm.owner().tenant()).isEqualTo("acme");
        assertThat(vm.owner().availabilitySet()).hasValue("web");
        assertThat(vm.owner().intent().maxPause()).isEqualTo(Duration.ofSeconds(2));
        assertThat(vm.owner().intent().postCopy()).isTrue();
        assertThat(vm.owner().intent().notice()).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void whatIsNotSaidHasItsDefault() {
        DomainDescription vm = DomainDescription.parse(domain("", ""));
        assertThat(vm.owner().tenant()).isEqualTo("default");
        assertThat(vm.owner().intent()).isEqualTo(Intent.DEFAULT);
        assertThat(vm.owner().misread()).isEmpty();
    }

    @Test
    void aWishThatCannotBeReadIsTakenStrictly() {
        DomainDescription vm = DomainDescription.parse(domain(
                "<ek:vm xmlns:ek='https://evenkeel.dev/xmlns/vm/1' migration='nevr' max-pause='2s' post-copy='yes' notice='soon'/>",
                ""));
        assertThat(vm.owner().intent().migration()).isEqualTo(Intent.Migration.NEVER);
        assertThat(vm.owner().intent().maxPause()).isEqualTo(Duration.ofMillis(1));
        assertThat(vm.owner().intent().postCopy()).isFalse();
        assertThat(vm.owner().intent().notice()).isEqualTo(Intent.LONGEST_NOTICE);
    }

    @Test
    void aNameThatCannotBeOneHidesNoVm() {
        DomainDescription vm = DomainDescription.parse(domain(
                "<ek:vm xmlns:ek='https://evenkeel.dev/xmlns/vm/1' tenant='A &amp; B' availability-set='web tier'/>",
                ""));
        assertThat(vm.owner().tenant()).isEqualTo("default");
        assertThat(vm.owner().availabilitySet()).hasValue("web-tier");
        assertThat(vm.owner().misread()).hasSize(2);
    }

    @Test
    void tagsAreReadOneByOne() {
        DomainDescription vm = DomainDescription.parse(domain(
                "<ek:vm xmlns:ek='https://evenkeel.dev/xmlns/vm/1' tags='env=prod, team=web,legacy,owner=a b,note='/>",
                ""));
        assertThat(vm.owner().tags()).hasToString("env=prod,note=,team=web");
        assertThat(vm.owner().misread().stream().map(Refusal::why))
                .hasSize(2)
                .anyMatch(why -> why.startsWith("tags=\"legacy\""))
                .anyMatch(why -> why.startsWith("tags=\"owner=a b\""));
    }

    @Test
    void whatCannotBeReadIsToldWithWhatItCountsAsAndTheRemedy() {
        DomainDescription vm = DomainDescription.parse(domain(
                "<ek:vm xmlns:ek='https://evenkeel.dev/xmlns/vm/1' notice='P29D' max-puase='PT1S' restart='Consent'/>",
                ""));
        assertThat(vm.owner().misread().stream().map(Refusal::why))
                .containsExactlyInAnyOrder(
                        "notice=\"P29D\" can't be read and counts as PT672H; give an ISO 8601 duration such as PT15M, at most P28D",
                        "restart=\"Consent\" can't be read and counts as never; give one of [never, consent]",
                        "max-puase is not known and counts for nothing; known are [availability-set, max-pause, migration,"
                                + " notice, on-host-failure, post-copy, restart, tags, tenant]");
    }

    @Test
    void findsWhatTiesAVmToItsHost() {
        DomainDescription vm = DomainDescription.parse(domain("", """
                <hostdev mode='subsystem' type='pci'/>
                <filesystem type='mount'><target dir='share'/></filesystem>
                """));
        assertThat(vm.obstacles()).hasSize(2).anyMatch(o -> o.contains("pci")).anyMatch(o -> o.contains("share"));
    }

    @Test
    void aDocumentThatWouldReachOutsideIsNotRead() {
        assertThatThrownBy(() -> DomainDescription.parse(
                        "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String domain(String metadata, String devices) {
        return """
                <domain type='qemu'><name>a</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
                <metadata>%s</metadata><memory unit='KiB'>262144</memory><vcpu>2</vcpu>
                <os><type arch='x86_64' machine='pc-i440fx-10.0'>hvm</type></os>
                <cpu mode='custom' match='exact'><model fallback='forbid'>qemu64</model></cpu>
                <devices>%s</devices></domain>""".formatted(metadata, devices);
    }

    @Test
    void anAgentThatHasNotOpenedItsChannelIsNotConnected() {
        String channel = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'%s/></channel>";

        assertThat(DomainDescription.parse(domain("", channel.formatted(" state='disconnected'")))
                        .agentConnected())
                .isFalse();
        assertThat(DomainDescription.parse(domain("", channel.formatted(""))).agentConnected())
                .as("it does not run")
                .isFalse();
    }
}
