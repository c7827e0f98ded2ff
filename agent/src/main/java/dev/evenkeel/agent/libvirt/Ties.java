package dev.evenkeel.agent.libvirt;

import dev.evenkeel.core.fleet.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.w3c.dom.Element;

/** Why a VM can't be handed over to a new process on its host, as far as its document says (https://libvirt.org/formatdomain.html). */
public final class Ties {
    private static final String REMEDY =
            "give the VM <memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>, with"
                    + " memory_backing_dir in qemu.conf on a tmpfs; it holds from the VM's next start";

    /** Network cards whose other end a second daemon can make as well as the first. */
    private static final Set<String> NICS = Set.of("bridge", "ethernet", "user", "direct");

    private Ties() {}

    /** @param xml the document of a VM that runs; empty when nothing in it ties the VM to its process */
    public static List<Refusal> of(String vm, String xml) {
        List<Refusal> ties = new ArrayList<>();
        Element domain = Xml.parse(xml);
        DomainDescription description = DomainDescription.parse(xml);
        if (!description.obstacles().isEmpty()) {
            ties.add(tied(vm, "TIED_TO_PROCESS", "it has " + String.join(", ", description.obstacles())));
        }
        for (DomainDescription.Nic nic : description.nics()) {
            if (!NICS.contains(nic.type())) {
                ties.add(tied(
                        vm,
                        "NETWORK_CARD",
                        "it has a network card of type " + nic.type()
                                + ", which a second libvirt daemon can't make; use type bridge"));
            }
        }
        for (String device : List.of("tpm", "vsock")) {
            if (!Xml.all(domain, "devices/" + device).isEmpty()) {
                ties.add(tied(vm, "DEVICE_STATE", "its " + device + " can't be had by two processes at once"));
            }
        }
        for (String port : List.of("serial", "console", "parallel", "channel")) {
            for (Element source : Xml.all(domain, "devices/" + port + "/source")) {
                boolean ours =
                        port.equals("channel") && source.getAttribute("path").startsWith("/var/lib/libvirt/")
                                || source.getAttribute("path").startsWith("/run/libvirt/");
                if (source.getAttribute("mode").equals("bind") && !ours) {
                    ties.add(tied(
                            vm,
                            "PORT_LISTENS",
                            "its " + port
                                    + " listens at an address that two processes can't have at once; let it connect,"
                                    + " or use type pty"));
                }
            }
        }
        for (Element screen : Xml.all(domain, "devices/graphics")) {
            if (screen.getAttribute("autoport").equals("no")) {
                ties.add(tied(
                        vm,
                        "PORT_LISTENS",
                        "its " + screen.getAttribute("type") + " screen listens at a fixed port; use autoport='yes'"));
            }
        }
        if (!sharesMemory(domain)) {
            ties.add(notShared(vm, "its memory lies in no shared file"));
        }
        return ties;
    }

    /** A VM whose memory can't be handed over, with the remedy. */
    public static Refusal notShared(String vm, String why) {
        return tied(vm, "MEMORY_NOT_SHARED", why + "; " + REMEDY);
    }

    private static Refusal tied(String vm, String code, String why) {
        return Refusal.of(code, "VM " + vm + " can't keep its memory while its VMM is replaced: " + why);
    }

    private static boolean sharesMemory(Element domain) {
        boolean file = Xml.attribute(domain, "memoryBacking/source", "type")
                .filter("file"::equals)
                .isPresent();
        boolean shared = Xml.attribute(domain, "memoryBacking/access", "mode")
                .filter("shared"::equals)
                .isPresent();
        return file && shared;
    }
}
