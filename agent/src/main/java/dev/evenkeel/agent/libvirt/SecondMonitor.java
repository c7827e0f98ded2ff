package dev.evenkeel.agent.libvirt;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;

/**
 * A second QMP monitor in a domain's document, by the passthrough of QEMU's arguments (https://libvirt.org/drvqemu.html). It lets
 * us speak to a QEMU that libvirt has just started for an incoming migration, when no call of libvirt's gets through.
 */
public final class SecondMonitor {
    private static final String NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0";
    private static final String XMLNS = "http://www.w3.org/2000/xmlns/";
    private static final String ID = "evenkeel-handover";

    private SecondMonitor() {}

    /**
     * The document with our monitor in place of an earlier one of ours; arguments of the operator's own stay.
     *
     * @param socket where it listens, a path that QEMU's user may create
     */
    public static String in(String xml, Path socket) {
        return with(xml, "socket,id=" + ID + ",path=" + socket + ",server=on,wait=off");
    }

    /**
     * The same with a monitor that takes its orders from a file when the process starts, so that nobody need be there to give
     * them; its answers are dropped. QEMU can since 8.0.
     */
    public static String readingOrders(String xml, Path orders) {
        return with(xml, "file,id=" + ID + ",path=/dev/null,input-path=" + orders);
    }

    private static String with(String xml, String character) {
        Element domain = Xml.parse(xml);
        remove(domain);
        Element line = Xml.first(domain, "commandline")
                .filter(e -> NAMESPACE.equals(e.getNamespaceURI()))
                .orElseGet(() -> append(domain, "qemu:commandline"));
        domain.setAttributeNS(XMLNS, "xmlns:qemu", NAMESPACE);
        for (String word : List.of("-chardev", character, "-mon", "chardev=" + ID + ",mode=control")) {
            append(line, "qemu:arg").setAttribute("value", word);
        }
        return Xml.write(domain);
    }

    private static void remove(Element domain) {
        Optional<Element> line = Xml.first(domain, "commandline");
        if (line.isEmpty()) {
            return;
        }
        List<Element> words = Xml.all(line.get(), "arg");
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i).getAttribute("value").contains("=" + ID + ",")) {
                line.get().removeChild(words.get(i - 1));
                line.get().removeChild(words.get(i));
            }
        }
    }

    private static Element append(Element parent, String name) {
        Element child = parent.getOwnerDocument().createElementNS(NAMESPACE, name);
        parent.appendChild(child);
        return child;
    }
}
