package dev.evenkeel.agent.libvirt;

import dev.evenkeel.core.fleet.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.w3c.dom.Element;

/**
 * What a domain's document says of it, as far as moving it is concerned (https://libvirt.org/formatdomain.html).
 *
 * @param virtType kvm or qemu
 * @param machine QEMU's machine type, versioned when the domain runs
 * @param cpu the {@code <cpu>} element as text; empty when the document has none
 * @param cpuMode custom, host-model, host-passthrough or maximum; empty when the document has no cpu
 * @param obstacles devices and features that tie it to its host, each in words
 * @param agentConnected an agent inside the guest has its channel open; of a domain that runs
 */
public record DomainDescription(
        UUID id,
        String name,
        String virtType,
        String arch,
        String machine,
        Optional<String> emulator,
        Bytes memory,
        int vcpus,
        Optional<String> cpu,
        Optional<String> cpuMode,
        List<Disk> disks,
        List<Nic> nics,
        List<String> obstacles,
        boolean agentConnected,
        OwnerWishes owner) {
    public DomainDescription {
        disks = List.copyOf(disks);
        nics = List.copyOf(nics);
        obstacles = List.copyOf(obstacles);
    }

    /**
     * A disk.
     *
     * @param type file, block, network, volume, …
     * @param device disk, cdrom, floppy or lun
     * @param target the name in the guest (vda)
     * @param format raw, qcow2, …
     * @param path of the file or block device, empty for an empty drive or a disk that is reached otherwise
     * @param readOnly the guest can't write to it
     * @param shareable several guests may write to it at once
     * @param hasBacking its content is spread over a chain of images
     */
    public record Disk(
            String type,
            String device,
            String target,
            String format,
            Optional<String> path,
            boolean readOnly,
            boolean shareable,
            boolean hasBacking) {}

    /**
     * A network card.
     *
     * @param type bridge, network, direct, …
     * @param source the bridge, network or device it is tied to; empty where the type has none
     * @param bridge the bridge that it is a port of, if it is; of a domain that runs
     * @param device the interface on the host that it is; of a domain that runs
     * @param mac its hardware address
     */
    public record Nic(
            String type,
            Optional<String> source,
            Optional<String> bridge,
            Optional<String> device,
            Optional<String> mac) {}

    private static final Map<String, Long> UNITS = Map.of(
            "b",
            1L,
            "bytes",
            1L,
            "kb",
            1000L,
            "k",
            1024L,
            "kib",
            1024L,
            "mb",
            1_000_000L,
            "m",
            1L << 20,
            "mib",
            1L << 20,
            "g",
            1L << 30,
            "gib",
            1L << 30);

    /** Reads a domain's document. */
    public static DomainDescription parse(String xml) {
        Element domain = Xml.parse(xml);
        Optional<Element> cpu = Xml.first(domain, "cpu");
        return new DomainDescription(
                UUID.fromString(Xml.text(domain, "uuid").orElse("00000000-0000-0000-0000-000000000000")),
                Xml.text(domain, "name").orElse(""),
                Xml.attribute(domain, "type").orElse("qemu"),
                Xml.attribute(domain, "os/type", "arch").orElse("x86_64"),
                Xml.attribute(domain, "os/type", "machine").orElse(""),
                Xml.text(domain, "devices/emulator"),
                memory(domain),
                Integer.parseInt(Xml.text(domain, "vcpu").orElse("1")),
                cpu.map(Xml::write),
                cpu.flatMap(c -> Xml.attribute(c, "mode")),
                Xml.all(domain, "devices/disk").stream()
                        .map(DomainDescription::disk)
                        .toList(),
                Xml.all(domain, "devices/interface").stream()
                        .map(DomainDescription::nic)
                        .toList(),
                obstacles(domain),
                Xml.all(domain, "devices/channel/target").stream()
                        .anyMatch(t -> t.getAttribute("name").startsWith("org.qemu.guest_agent")
                                && t.getAttribute("state").equals("connected")),
                OwnerWishes.of(domain));
    }

    /** The same without its CPU, where the host is to give it whichever it has. */
    public DomainDescription withAnyCpu() {
        return new DomainDescription(
                id,
                name,
                virtType,
                arch,
                machine,
                emulator,
                memory,
                vcpus,
                Optional.empty(),
                Optional.empty(),
                disks,
                nics,
                obstacles,
                agentConnected,
                owner);
    }

    private static Bytes memory(Element domain) {
        Element memory =
                Xml.first(domain, "memory").orElseThrow(() -> new IllegalArgumentException("domain without memory"));
        String unit = Xml.attribute(memory, "unit").orElse("KiB").toLowerCase(Locale.ROOT);
        return new Bytes(Long.parseLong(memory.getTextContent().strip()) * UNITS.getOrDefault(unit, 1024L));
    }

    private static Disk disk(Element disk) {
        Optional<Element> source = Xml.first(disk, "source");
        return new Disk(
                Xml.attribute(disk, "type").orElse("file"),
                Xml.attribute(disk, "device").orElse("disk"),
                Xml.attribute(disk, "target", "dev").orElse(""),
                Xml.attribute(disk, "driver", "type").orElse("raw"),
                source.flatMap(s -> Xml.attribute(s, "file").or(() -> Xml.attribute(s, "dev"))),
                Xml.first(disk, "readonly").isPresent(),
                Xml.first(disk, "shareable").isPresent(),
                Xml.first(disk, "backingStore/source").isPresent());
    }

    private static Nic nic(Element nic) {
        return new Nic(
                Xml.attribute(nic, "type").orElse("user"),
                Xml.first(nic, "source")
                        .flatMap(s -> Xml.attribute(s, "network")
                                .or(() -> Xml.attribute(s, "bridge"))
                                .or(() -> Xml.attribute(s, "dev"))),
                Xml.attribute(nic, "source", "bridge"),
                Xml.attribute(nic, "target", "dev"),
                Xml.attribute(nic, "mac", "address").map(mac -> mac.toLowerCase(Locale.ROOT)));
    }

    private static List<String> obstacles(Element domain) {
        List<String> found = new ArrayList<>();
        for (Element device : Xml.all(domain, "devices/hostdev")) {
            found.add("a passed-through " + Xml.attribute(device, "type").orElse("host") + " device");
        }
        for (Element nic : Xml.all(domain, "devices/interface")) {
            if (nic.getAttribute("type").equals("hostdev")
                    && Xml.first(nic, "teaming").isEmpty()) {
                found.add("a passed-through network card "
                        + Xml.attribute(nic, "mac", "address").orElse(""));
            }
        }
        for (Element share : Xml.all(domain, "devices/filesystem")) {
            found.add("a directory of the host shared into the guest ("
                    + Xml.attribute(share, "target", "dir").orElse("unnamed") + ")");
        }
        if (!Xml.all(domain, "devices/shmem").isEmpty()) {
            found.add("memory shared with a process of the host");
        }
        if (Xml.first(domain, "launchSecurity").isPresent()) {
            found.add("memory encrypted with a key of this host's CPU");
        }
        for (Element feature : Xml.all(domain, "cpu/feature")) {
            if (feature.getAttribute("name").equals("invtsc")
                    && feature.getAttribute("policy").equals("require")) {
                found.add("the CPU feature invtsc, which ties the guest's clock to this host");
            }
        }
        return found;
    }
}
