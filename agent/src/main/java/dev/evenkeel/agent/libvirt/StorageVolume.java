package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/** A volume in a storage pool. Must be closed. */
public final class StorageVolume extends Handle {
    StorageVolume(MemorySegment pointer) {
        super(pointer, Libvirt.intFunction("virStorageVolFree", ADDRESS));
    }

    public String path() {
        return with(v -> Strings.take(
                Libvirt.pointerFunction("virStorageVolGetPath", ADDRESS).asPointer(v)));
    }

    /** Deletes the volume and its content for good. */
    public void delete() {
        checked(v ->
                Libvirt.intFunction("virStorageVolDelete", ADDRESS, JAVA_INT).asInt(v, 0));
    }
}
