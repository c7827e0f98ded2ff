package dev.evenkeel.agent.libvirt;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * One C function, called with boxed arguments. A call to libvirt is a round trip to a daemon, so boxing costs nothing that can be
 * measured, and it keeps the table of functions in {@link Libvirt} free of a signature per call site.
 */
final class NativeFunction {
    private final String name;
    private final MethodHandle handle;

    NativeFunction(String name, MethodHandle handle) {
        this.name = name;
        int arity = handle.type().parameterCount();
        this.handle = handle.asType(MethodType.genericMethodType(arity))
                .asSpreader(Object[].class, arity)
                .asType(MethodType.methodType(Object.class, Object[].class));
    }

    int asInt(Object... args) {
        return (Integer) notNull(invoke(args));
    }

    long asLong(Object... args) {
        return (Long) notNull(invoke(args));
    }

    MemorySegment asPointer(Object... args) {
        return (MemorySegment) notNull(invoke(args));
    }

    void run(Object... args) {
        invoke(args);
    }

    private Object notNull(@Nullable Object result) {
        if (result == null) {
            throw new IllegalStateException(
                    name + " returned nothing; its signature in the table of functions is wrong");
        }
        return result;
    }

    private @Nullable Object invoke(Object[] args) {
        try {
            return (@Nullable Object) handle.invokeExact(args);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(name + " threw a checked exception, which C code cannot do", e);
        }
    }
}
