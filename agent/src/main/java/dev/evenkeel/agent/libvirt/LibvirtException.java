package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/** A call to libvirt that failed, with libvirt's own account of it. */
public final class LibvirtException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final long SIZE_OF_HEAD = 16;

    private final LibvirtError code;
    private final int number;
    private final int domain;

    private LibvirtException(LibvirtError code, int number, int domain, String message) {
        super(message);
        this.code = code;
        this.number = number;
        this.domain = domain;
    }

    /** What went wrong, as far as a caller may want to act on it. */
    public LibvirtError code() {
        return code;
    }

    /** libvirt's error number (virErrorNumber). */
    public int number() {
        return number;
    }

    /** The part of libvirt that raised it (virErrorDomain): 7 is the RPC layer, 10 the QEMU driver, 44 the QEMU agent. */
    public int domain() {
        return domain;
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? code.name() : message;
    }

    /** True when the daemon could not be reached or the link to it broke: nothing is known about what it did. */
    public boolean isLinkLost() {
        return switch (code) {
            case RPC, INVALID_CONN, NO_CONNECT -> true;
            case SYSTEM_ERROR, INTERNAL_ERROR -> domain == 7;
            default -> false;
        };
    }

    /** An error raised on our side of the library. */
    static LibvirtException local(LibvirtError code, String message) {
        return new LibvirtException(code, code.number(), 0, message);
    }

    /** Wraps what is no error of libvirt, so that callers have one type to look at. */
    public static LibvirtException of(Throwable cause) {
        LibvirtException e = local(LibvirtError.OTHER, cause.toString());
        e.initCause(cause);
        return e;
    }

    /** The error of the last call of this thread; libvirt keeps one per thread. */
    static LibvirtException last() {
        MemorySegment error = Libvirt.pointerFunction("virGetLastError").asPointer();
        if (error.address() == 0) {
            return local(LibvirtError.INTERNAL_ERROR, "libvirt reported a failure without saying which");
        }
        MemorySegment head = error.reinterpret(SIZE_OF_HEAD);
        int number = head.get(JAVA_INT, 0);
        String message = Strings.read(head.get(ADDRESS, 8));
        return new LibvirtException(LibvirtError.of(number), number, head.get(JAVA_INT, 4), message);
    }

    /** Passes a result through; raises when it is negative. */
    static int check(int result) {
        if (result < 0) {
            throw last();
        }
        return result;
    }

    /** Passes a pointer through; raises when it is NULL. */
    static MemorySegment checkPointer(MemorySegment pointer) {
        if (pointer.address() == 0) {
            throw last();
        }
        return pointer;
    }
}
