package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.libvirt.DomainDescription.Disk;
import dev.evenkeel.agent.libvirt.LibvirtError;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.libvirt.StoragePool;
import dev.evenkeel.agent.libvirt.StorageVolume;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which disks travel along, and the volumes made for them on the destination. Only volumes that this move made are ever deleted
 * there, and the source's own are deleted only after the VM is confirmed to run on the destination.
 *
 * @param copies disks whose content is sent
 */
record StoragePlan(List<Copy> copies) {
    StoragePlan {
        copies = List.copyOf(copies);
    }

    /**
     * One disk to be copied.
     *
     * @param directory where its file lies, on both hosts
     * @param content what has to be sent; at most the capacity
     */
    record Copy(Disk disk, String path, String directory, Bytes capacity, Bytes content) {
        String volumeName() {
            return path.substring(directory.length() + 1);
        }
    }

    /** Both what to do and what speaks against it. */
    record Outcome(StoragePlan plan, List<Refusal> refusals) {}

    static Outcome of(DomainDescription vm, Domain domain, Connection destination, Predicate<String> isShared) {
        List<Copy> copies = new ArrayList<>();
        List<Refusal> refusals = new ArrayList<>();
        for (Disk disk : vm.disks()) {
            Optional<String> path = disk.path();
            if (path.isEmpty() || isShared.test(path.get())) {
                continue;
            }
            if (disk.readOnly()) {
                checkReadOnly(vm, disk, path.get(), destination).ifPresent(refusals::add);
            } else {
                checkCopyable(vm, disk, path.get()).ifPresentOrElse(refusals::add, () -> {
                    Copy copy = copy(disk, path.get(), domain);
                    copies.add(copy);
                    checkSpace(vm, copy, destination).ifPresent(refusals::add);
                });
            }
        }
        return new Outcome(new StoragePlan(copies), refusals);
    }

    Bytes content() {
        return copies.stream().map(Copy::content).reduce(Bytes.ZERO, Bytes::plus);
    }

    private static Copy copy(Disk disk, String path, Domain domain) {
        Domain.BlockSizes sizes = domain.blockSizes(disk.target());
        Bytes capacity = new Bytes(sizes.capacityBytes());
        Bytes allocation = new Bytes(sizes.allocationBytes());
        return new Copy(
                disk,
                path,
                Optional.ofNullable(Path.of(path).getParent())
                        .map(Path::toString)
                        .orElse("/"),
                capacity,
                allocation.compareTo(capacity) < 0 ? allocation : capacity);
    }

    private static Optional<Refusal> checkReadOnly(
            DomainDescription vm, Disk disk, String path, Connection destination) {
        try (StorageVolume volume = destination.volumeAt(path).orElse(null)) {
            if (volume != null) {
                return Optional.empty();
            }
        }
        return Optional.of(refusal(
                vm,
                disk,
                "NO_MEDIUM",
                "the medium " + path + " in drive " + disk.target()
                        + " is not in a storage pool of the destination; eject it or put it there"));
    }

    private static Optional<Refusal> checkCopyable(DomainDescription vm, Disk disk, String path) {
        if (!disk.type().equals("file")) {
            return Optional.of(refusal(
                    vm,
                    disk,
                    "DISK_NOT_COPYABLE",
                    "disk " + disk.target() + " is the local device " + path + ", which only this host has"));
        }
        if (disk.hasBacking()) {
            return Optional.of(refusal(
                    vm,
                    disk,
                    "DISK_HAS_CHAIN",
                    "disk " + disk.target()
                            + " is a chain of images; merge it with virsh blockpull, then it can be copied"));
        }
        if (disk.shareable()) {
            return Optional.of(refusal(
                    vm,
                    disk,
                    "DISK_IN_USE_BY_OTHERS",
                    "disk " + disk.target() + " is shared with other VMs and lies on this host only"));
        }
        return Optional.empty();
    }

    private static Optional<Refusal> checkSpace(DomainDescription vm, Copy copy, Connection destination) {
        try (StoragePool pool = destination.poolAt(copy.directory()).orElse(null)) {
            if (pool == null) {
                return Optional.of(refusal(
                        vm,
                        copy.disk(),
                        "NO_POOL",
                        "the destination has no storage pool at " + copy.directory() + " for disk "
                                + copy.disk().target() + "; make one there"));
            }
            pool.refresh();
            if (pool.availableBytes() < copy.capacity().value()) {
                return Optional.of(refusal(
                                vm,
                                copy.disk(),
                                "NO_SPACE",
                                "the destination's storage pool " + pool.name() + " has too little space for disk "
                                        + copy.disk().target())
                        .with("needed", copy.capacity().toString())
                        .with("available", new Bytes(pool.availableBytes()).toString()));
            }
            try (StorageVolume there = pool.volume(copy.volumeName()).orElse(null)) {
                return there == null
                        ? Optional.empty()
                        : Optional.of(refusal(
                                vm,
                                copy.disk(),
                                "VOLUME_EXISTS",
                                "the destination has a file " + copy.path()
                                        + " already; remove it there if nothing needs it"));
            }
        }
    }

    private static Refusal refusal(DomainDescription vm, Disk disk, String code, String why) {
        return Refusal.of(
                code,
                "VM " + vm.name() + ": " + why,
                Map.of(
                        "vm",
                        vm.id().toString(),
                        "disk",
                        disk.target(),
                        "path",
                        disk.path().orElse("")));
    }

    /**
     * Makes the volumes on the destination.
     *
     * @return paths of those made
     */
    void createVolumes(Connection destination) {
        for (Copy copy : copies) {
            try (StoragePool pool = destination.poolAt(copy.directory()).orElseThrow();
                    StorageVolume made = pool.createVolume("""
                            <volume><name>%s</name><capacity unit='bytes'>%d</capacity>
                            <target><format type='%s'/></target></volume>""".formatted(
                                    escape(copy.volumeName()),
                                    copy.capacity().value(),
                                    escape(copy.disk().format())))) {
                made.path();
            }
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
    }

    /** Deletes the volume at each path where there is one; says what could not be deleted. */
    static List<String> deleteVolumes(Connection host, String where, List<String> paths) {
        List<String> notes = new ArrayList<>();
        for (String path : paths) {
            try {
                refreshPool(host, path);
                try (StorageVolume volume = host.volumeAt(path).orElse(null)) {
                    if (volume == null) {
                        notes.add(
                                "the file " + path + " on the " + where + " is in no storage pool and was left there");
                    } else {
                        volume.delete();
                    }
                }
            } catch (LibvirtException e) {
                if (e.code() != LibvirtError.NO_STORAGE_VOLUME) {
                    notes.add("the file " + path + " on the " + where + " could not be deleted: " + e.getMessage());
                }
            }
        }
        return notes;
    }

    private static void refreshPool(Connection host, String path) {
        Optional<String> directory =
                Optional.ofNullable(Path.of(path).getParent()).map(Path::toString);
        try (StoragePool pool = directory.flatMap(host::poolAt).orElse(null)) {
            if (pool != null) {
                pool.refresh();
            }
        }
    }
}
