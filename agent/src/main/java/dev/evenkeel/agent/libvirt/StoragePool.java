package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** A storage pool: a place for volumes with a known amount of space. Must be closed. */
public final class StoragePool extends Handle {
    StoragePool(MemorySegment pointer) {
        super(pointer, Libvirt.intFunction("virStoragePoolFree", ADDRESS));
    }

    public String name() {
        return with(p -> Strings.read(
                Libvirt.pointerFunction("virStoragePoolGetName", ADDRESS).asPointer(p)));
    }

    /** Space left, in bytes. */
    public long availableBytes() {
        return with(p -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment info = arena.allocate(32, 8);
                LibvirtException.check(Libvirt.intFunction("virStoragePoolGetInfo", ADDRESS, ADDRESS)
                        .asInt(p, info));
                return info.get(JAVA_LONG, 24);
            }
        });
    }

    /** Looks again at what lies in the pool. */
    public void refresh() {
        checked(p ->
                Libvirt.intFunction("virStoragePoolRefresh", ADDRESS, JAVA_INT).asInt(p, 0));
    }

    /** Stops the pool; its content stays where it is. */
    public void stop() {
        checked(p -> Libvirt.intFunction("virStoragePoolDestroy", ADDRESS).asInt(p));
    }

    public Optional<StorageVolume> volume(String name) {
        return with(p -> {
            try (Arena arena = Arena.ofConfined()) {
                return Optional.of(new StorageVolume(LibvirtException.checkPointer(
                        Libvirt.pointerFunction("virStorageVolLookupByName", ADDRESS, ADDRESS)
                                .asPointer(p, arena.allocateFrom(name)))));
            } catch (LibvirtException e) {
                if (e.code() == LibvirtError.NO_STORAGE_VOLUME) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /**
     * Makes a volume.
     *
     * @throws LibvirtException with {@link LibvirtError#STORAGE_VOLUME_EXISTS} when the name is taken
     */
    public StorageVolume createVolume(String xml) {
        return with(p -> {
            try (Arena arena = Arena.ofConfined()) {
                return new StorageVolume(LibvirtException.checkPointer(
                        Libvirt.pointerFunction("virStorageVolCreateXML", ADDRESS, ADDRESS, JAVA_INT)
                                .asPointer(p, arena.allocateFrom(xml), 0)));
            }
        });
    }
}
