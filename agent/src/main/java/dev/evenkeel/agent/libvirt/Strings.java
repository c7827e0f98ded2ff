package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;

/** C strings: who owns them decides which of the two readers is right. */
final class Strings {
    private Strings() {}

    /** A string that stays libvirt's. NULL reads as the empty string. */
    static String read(MemorySegment pointer) {
        return pointer.address() == 0 ? "" : pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** A string that libvirt handed over: read, then freed. Raises the last error when it is NULL. */
    static String take(MemorySegment pointer) {
        LibvirtException.checkPointer(pointer);
        try {
            return read(pointer);
        } finally {
            free(pointer);
        }
    }

    static void free(MemorySegment pointer) {
        if (pointer.address() != 0) {
            Libvirt.voidFunction("free", ADDRESS).run(pointer);
        }
    }
}
