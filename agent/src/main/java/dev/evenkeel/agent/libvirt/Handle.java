package dev.evenkeel.agent.libvirt;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * A reference that libvirt counts. Closing while another thread is inside a call is safe: the reference is given back when the last
 * call has returned, because a freed pointer in C would take the whole process down.
 */
abstract class Handle implements AutoCloseable {
    private final MemorySegment pointer;
    private final NativeFunction release;
    private int calls;
    private boolean closed;

    Handle(MemorySegment pointer, NativeFunction release) {
        this.pointer = pointer;
        this.release = release;
    }

    /**
     * Runs a call with the pointer.
     *
     * @throws IllegalStateException when the handle was closed before
     */
    final <T> T with(Function<MemorySegment, T> call) {
        enter();
        try {
            return call.apply(pointer);
        } finally {
            leave();
        }
    }

    /**
     * Runs a call whose negative result is a failure, and raises it before anything else on this thread can overwrite it.
     *
     * @throws LibvirtException when the call failed
     */
    final int checked(ToIntFunction<MemorySegment> call) {
        return with(p -> LibvirtException.check(call.applyAsInt(p)));
    }

    /** Gives the reference back. Closing twice is allowed. Never throws. */
    @Override
    public void close() {
        boolean free;
        synchronized (this) {
            free = !closed && calls == 0;
            closed = true;
        }
        if (free) {
            release.asInt(pointer);
        }
    }

    private synchronized void enter() {
        if (closed) {
            throw new IllegalStateException(getClass().getSimpleName() + " is closed");
        }
        calls++;
    }

    private void leave() {
        boolean free;
        synchronized (this) {
            calls--;
            free = closed && calls == 0;
        }
        if (free) {
            release.asInt(pointer);
        }
    }
}
