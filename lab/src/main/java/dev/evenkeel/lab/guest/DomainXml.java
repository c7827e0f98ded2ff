package dev.evenkeel.lab.guest;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** The libvirt domain of a lab VM (https://libvirt.org/formatdomain.html). */
public final class DomainXml {
    private static final String BASE = "/opt/evenkeel/guest";
    private static final String SHARED_MEMORY =
            "<memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>";

    private DomainXml() {}

    /**
     * The XML of a VM.
     *
     * @param machine QEMU's machine type, one that every host the VM may go to knows
     * @param periodMicros time between its heartbeats
     * @param diskPath its disk's file on the host, where it has one
     */
    public static String of(VmPlan vm, String machine, long periodMicros, Optional<String> diskPath) {
        String command = String.join(
                " ",
                "console=ttyS0 quiet panic=-1 nokaslr mitigations=off nopti 8250.nr_uarts=1",
                "ek.id=" + vm.name(),
                "ek.ip=" + vm.address(),
                "ek.to=10.78.0.1:9000",
                "ek.period=" + periodMicros,
                "ek.dirty=" + vm.dirtyMibPerSecond(),
                "ek.ws=" + vm.workingSetMib());
        String disk = diskPath.map(path -> """

                    <disk type='file' device='disk'>
                      <driver name='qemu' type='qcow2'/>
                      <source file='%s'/>
                      <target dev='vda' bus='virtio'/>
                    </disk>""".formatted(escape(path))).orElse("");
        return """
                <domain type='qemu'>
                  <name>%s</name>
                  <uuid>%s</uuid>
                  <metadata>
                    %s
                  </metadata>
                  <memory unit='MiB'>%d</memory>%s
                  <vcpu>1</vcpu>
                  <os>
                    <type arch='x86_64' machine='%s'>hvm</type>
                    <kernel>%s/vmlinux</kernel>
                    <initrd>%s/initrd</initrd>
                    <cmdline>%s</cmdline>
                  </os>
                  <features><acpi/></features>
                  <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model></cpu>
                  <clock offset='utc'/>
                  <on_poweroff>destroy</on_poweroff>
                  <on_reboot>restart</on_reboot>
                  <on_crash>destroy</on_crash>
                  <devices>
                    <emulator>/usr/bin/qemu-system-x86_64</emulator>%s
                    <controller type='usb' model='none'/>
                    <interface type='bridge'>
                      <mac address='%s'/>
                      <source bridge='br0'/>
                      <model type='virtio'/>
                      <rom enabled='no'/>
                    </interface>
                    <serial type='file'>
                      <source path='/var/log/libvirt/qemu/%s-serial.log'/>
                      <target port='0'/>
                    </serial>
                    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
                    <memballoon model='none'/>
                  </devices>
                </domain>
                """.formatted(
                        escape(vm.name()),
                        UUID.nameUUIDFromBytes(("evenkeel lab " + vm.name()).getBytes(StandardCharsets.UTF_8)),
                        metadata(vm.owner()),
                        vm.memoryMib(),
                        vm.sharedMemory() ? SHARED_MEMORY : "",
                        machine,
                        BASE,
                        BASE,
                        escape(command),
                        disk,
                        vm.mac(),
                        escape(vm.name()));
    }

    private static String metadata(VmPlan.Owner owner) {
        return "<ek:vm xmlns:ek='https://evenkeel.dev/xmlns/vm/1'" + attribute("tenant", owner.tenant())
                + owner.availabilitySet()
                        .map(set -> attribute("availability-set", set))
                        .orElse("")
                + attribute("max-pause", owner.maxPause().toString()) + attribute("migration", owner.migration())
                + attribute("post-copy", owner.postCopy()) + attribute("restart", owner.restart())
                + attribute("on-host-failure", owner.onHostFailure()) + "/>";
    }

    private static String attribute(String name, String value) {
        return " " + name + "='" + escape(value) + "'";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
    }
}
