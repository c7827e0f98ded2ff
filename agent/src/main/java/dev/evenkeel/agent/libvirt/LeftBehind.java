package dev.evenkeel.agent.libvirt;

import dev.evenkeel.core.fleet.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * What of a VM lies on its host only, so that it would be missing where the VM is shut off and started elsewhere
 * (https://libvirt.org/formatdomain.html).
 */
public final class LeftBehind {
    private static final Set<String> NAMED_BY_PATH = Set.of("file", "block");

    private final String vm;
    private final Predicate<String> isShared;
    private final List<Refusal> found = new ArrayList<>();

    private LeftBehind(String vm, Predicate<String> isShared) {
        this.vm = vm;
        this.isShared = isShared;
    }

    /**
     * Looks at what the VM has now and at what it would be started with: a disk that was plugged in for this life only is not to be
     * lost either.
     *
     * @param isShared whether the file at a path is the same one on every host
     */
    public static List<Refusal> of(Domain domain, Predicate<String> isShared) {
        LeftBehind left = new LeftBehind(domain.name(), isShared);
        for (String xml : List.of(domain.inactiveXml(), domain.xml())) {
            Element document = Xml.parse(xml);
            Xml.all(document, "devices/disk").forEach(left::checkDisk);
            left.checkFirmware(document);
            Xml.all(document, "devices/tpm/backend").forEach(left::checkTpm);
        }
        if (domain.hasManagedSave()) {
            left.state("a saved image of its memory (virsh managedsave)");
        }
        if (domain.hasSnapshots()) {
            left.state("snapshots or checkpoints, of which only this host's libvirt knows");
        }
        return left.found.stream().distinct().toList();
    }

    /** An image of a chain is as needed as the one on top of it. */
    private void checkDisk(Element disk) {
        String target = Xml.attribute(disk, "target", "dev").orElse("");
        Optional<Element> layer = Optional.of(disk);
        while (layer.isPresent()) {
            Element image = layer.get();
            String type = Xml.attribute(image, "type").orElse("file");
            Xml.first(image, "source").flatMap(source -> place(type, source)).ifPresent(place -> disk(target, place));
            layer = Xml.first(image, "backingStore");
        }
    }

    /** Where an image lies, when that is not the same for every host. */
    private Optional<String> place(String type, Element source) {
        if (type.equals("network")) {
            return Optional.empty();
        }
        return NAMED_BY_PATH.contains(type)
                ? Xml.attribute(source, "file")
                        .or(() -> Xml.attribute(source, "dev"))
                        .filter(path -> !isShared.test(path))
                : Optional.of("type " + type);
    }

    private void disk(String target, String place) {
        found.add(Refusal.of(
                        "DISK_NOT_SHARED",
                        "disk " + target + " of VM " + vm + " lies on this host only (" + place
                                + "); it can't be taken along shut off: let it be moved while it runs, or restarted where it is")
                .with("disk", target)
                .with("path", place));
    }

    private void checkFirmware(Element domain) {
        Stream.concat(
                        Xml.all(domain, "os/nvram").stream()
                                .flatMap(nvram -> Xml.attribute(nvram, "source", "file")
                                        .or(() -> Optional.of(
                                                nvram.getTextContent().strip()))
                                        .stream()),
                        Xml.all(domain, "os/varstore").stream().flatMap(store -> Xml.attribute(store, "path").stream()))
                .filter(path -> !path.isEmpty() && !isShared.test(path))
                .forEach(path -> state("UEFI variables in " + path));
    }

    private void checkTpm(Element backend) {
        boolean shared =
                Xml.attribute(backend, "source", "path").filter(isShared).isPresent();
        switch (backend.getAttribute("type")) {
            case "emulator" -> {
                if (!shared) {
                    state("the state of its emulated TPM");
                }
            }
            case "passthrough" -> state("the host's TPM");
            default -> {
                // reached by a socket that its owner looks after
            }
        }
    }

    private void state(String what) {
        found.add(Refusal.of(
                        "STATE_ON_HOST",
                        "VM " + vm + " has " + what
                                + ", which would be lost on another host; let it be moved while it runs")
                .with("state", what));
    }
}
