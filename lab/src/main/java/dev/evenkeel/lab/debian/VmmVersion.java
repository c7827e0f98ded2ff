package dev.evenkeel.lab.debian;

import static dev.evenkeel.core.update.Method.MIGRATE;
import static dev.evenkeel.core.update.Method.PRESERVE_VMM;
import static dev.evenkeel.core.update.Method.REBOOT;

import dev.evenkeel.core.update.Method;
import java.util.ArrayList;
import java.util.List;

/** Which VMM a lab host is installed with. */
public enum VmmVersion {
    /** QEMU 10.0.2 and libvirt 11.3, from bookworm-backports: where the demo starts. */
    QEMU_10_0("pc-i440fx-10.0", true, List.of("libvirt-daemon-driver-storage"), "trixie", List.of(MIGRATE, REBOOT)),
    /**
     * QEMU 7.2 and libvirt 9.0, from bookworm, which are updated under running VMs. Its emulator loses dirty pages when it is
     * the source of a live migration.
     */
    QEMU_7_2("pc-i440fx-7.2", false, List.of(), "bookworm", List.of(PRESERVE_VMM, MIGRATE, REBOOT));

    private static final List<String> COMMON = List.of(
            "qemu-system-x86",
            "qemu-utils",
            "libvirt-daemon",
            "libvirt-daemon-driver-qemu",
            "libvirt-clients",
            "iproute2",
            "procps");

    private final String machine;
    private final boolean backports;
    private final List<String> more;
    private final String next;
    private final List<Method> methods;

    VmmVersion(String machine, boolean backports, List<String> more, String next, List<Method> methods) {
        this.machine = machine;
        this.backports = backports;
        this.more = more;
        this.next = next;
        this.methods = methods;
    }

    /** The release in whose backports the VMM is that it is updated to. */
    String next() {
        return next;
    }

    /** How that update can get in. */
    List<Method> methods() {
        return methods;
    }

    /** The newest machine type it knows; guests get it, so that they can go to this and any later version. */
    public String machine() {
        return machine;
    }

    boolean fromBackports() {
        return backports;
    }

    List<String> packages() {
        List<String> all = new ArrayList<>(COMMON);
        all.addAll(more);
        return all;
    }
}
