package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.LibvirtError;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.util.List;
import java.util.Map;

/** Turns what daemons say into reasons that a person can act on. */
final class Failures {
    private Failures() {}

    static Refusal unreachable(VmId vm, String destinationUri, LibvirtException e) {
        return Refusal.of(
                "UNREACHABLE",
                "the destination's libvirt daemon at " + destinationUri
                        + " does not answer; check that it runs, that the network reaches it and that both hosts trust the same CA",
                Map.of(
                        "vm", vm.value(),
                        "uri", destinationUri,
                        "daemonSays", e.getMessage()));
    }

    static Refusal daemonTrouble(VmId vm, LibvirtException e) {
        return Refusal.of(
                "DAEMON_TROUBLE",
                "a libvirt daemon failed while the move was being checked; nothing was begun",
                Map.of(
                        "vm",
                        vm.value(),
                        "daemonSays",
                        e.getMessage(),
                        "code",
                        e.code().name()));
    }

    static Refusal movedBefore(MoveRecord earlier) {
        return Refusal.of(
                "NOT_HERE",
                "an earlier move of the VM turned out to have succeeded; it is on the host of "
                        + earlier.destinationUri(),
                Map.of("vm", earlier.vm().value(), "uri", earlier.destinationUri()));
    }

    static Refusal givenUp(VmId vm) {
        return Refusal.of(
                "ABORTED", "the move was given up on order; the VM stays where it is", Map.of("vm", vm.value()));
    }

    /** Why a migration failed, from the error of the daemon's call. */
    static Refusal of(VmId vm, LibvirtException e) {
        String said = e.getMessage();
        Map<String, String> evidence = Map.of(
                "vm", vm.value(), "daemonSays", said, "code", e.code().name(), "number", Integer.toString(e.number()));
        if (said.contains("unused port")) {
            return Refusal.of(
                    "NO_MIGRATION_PORT",
                    "the destination has no free migration port; fewer moves at once, or a wider migration_port range in qemu.conf",
                    evidence);
        }
        if (e.isLinkLost() || said.contains("keepalive") || said.contains("closed connection")) {
            return Refusal.of(
                    "LINK_LOST",
                    "the link between the hosts or to a daemon broke while the VM was on its way",
                    evidence);
        }
        if (e.code() == LibvirtError.OPERATION_ABORTED) {
            return Refusal.of("ABORTED", "the migration was aborted by someone; the VM stays where it is", evidence);
        }
        return Refusal.of("MIGRATION_FAILED", "the migration failed: " + said, evidence);
    }

    /** Nothing failed that we know of, and yet the VM did not move. */
    static Refusal unexplained(VmId vm) {
        return Refusal.of(
                "MIGRATION_FAILED",
                "the migration ended without success while no one was watching; the VM is where it was",
                Map.of("vm", vm.value()));
    }

    static Refusal dead(VmId vm, String ends) {
        return Refusal.of(
                "VM_DEAD",
                "the VM's process on this host ended while it was being moved, and the destination has no copy",
                Map.of("vm", vm.value(), "ends", ends));
    }

    static Refusal shutOff(VmId vm) {
        return Refusal.of(
                "SHUT_OFF",
                "the VM was shut off by its guest or by a person while it was being moved",
                Map.of("vm", vm.value()));
    }

    static Refusal lostInPostCopy(VmId vm, boolean destinationDied, String ends) {
        return Refusal.of(
                "VM_DEAD",
                "the VM was in post-copy, its memory on two hosts, and its process on "
                        + (destinationDied ? "the destination" : "this host")
                        + " ended: no host has the whole of it; the half that was left was cleared away",
                Map.of("vm", vm.value(), "ends", ends));
    }

    static Refusal deadWithItsDisk(VmId vm, List<String> volumes, String destinationUri, String ends) {
        return Refusal.of(
                "VM_DEAD_DISK_MOVED",
                "the VM died in post-copy after its disk had moved: the newest state of "
                        + String.join(", ", volumes) + " is on the destination (" + destinationUri
                        + "); nothing was touched; destroy the half VM there, then start the VM from that disk",
                Map.of("vm", vm.value(), "volumes", String.join(" ", volumes), "ends", ends));
    }

    static Refusal broken(VmId vm, List<String> notes, String ends) {
        return Refusal.of(
                "POST_COPY_BROKEN",
                "the VM is in post-copy, its memory on two hosts, and the stream between them is broken: it stands still until"
                        + " it can be taken up again, which is tried again and again; destroy neither half",
                Map.of("vm", vm.value(), "notes", String.join("; ", notes), "ends", ends));
    }

    static Refusal unknown(VmId vm, String why, String ends) {
        return Refusal.of(
                "WHEREABOUTS_UNKNOWN",
                "it cannot be told where the VM lives (" + why
                        + "); nothing was touched; look at both hosts with virsh",
                Map.of("vm", vm.value(), "why", why, "ends", ends));
    }
}
