package dev.evenkeel.agent.libvirt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The loaded library. Loading is lazy: a process that never touches a hypervisor needs no libvirt on its machine, and one that does
 * gets a sentence that says which package is missing.
 */
public final class Libvirt {
    private static final String MISSING = "libvirt.so.0 cannot be loaded on this machine; install the package libvirt0 "
            + "(Debian: apt-get install libvirt0), which every host under Evenkeel's care has";

    private static final Linker LINKER = Linker.nativeLinker();
    private static final ConcurrentHashMap<String, NativeFunction> FUNCTIONS = new ConcurrentHashMap<>();

    private Libvirt() {}

    /** Why libvirt cannot be used here, with the remedy; empty when it can. Never throws. */
    public static Optional<String> whyUnavailable() {
        try {
            Loaded.lookup();
            return Optional.empty();
        } catch (LibvirtException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** The version of the client library in this process, as libvirt writes it: 11.3.0. */
    public static String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            LibvirtException.check(intFunction("virGetVersion", ADDRESS, ADDRESS, ADDRESS)
                    .asInt(out, MemorySegment.NULL, MemorySegment.NULL));
            return versionText(out.get(JAVA_LONG, 0));
        }
    }

    /** libvirt packs a version as major * 1,000,000 + minor * 1,000 + release. */
    static String versionText(long packed) {
        return packed / 1_000_000 + "." + packed / 1_000 % 1_000 + "." + packed % 1_000;
    }

    static NativeFunction intFunction(String name, MemoryLayout... args) {
        return function(name, FunctionDescriptor.of(JAVA_INT, args));
    }

    static NativeFunction pointerFunction(String name, MemoryLayout... args) {
        return function(name, FunctionDescriptor.of(ADDRESS, args));
    }

    static NativeFunction longFunction(String name, MemoryLayout... args) {
        return function(name, FunctionDescriptor.of(JAVA_LONG, args));
    }

    static NativeFunction voidFunction(String name, MemoryLayout... args) {
        return function(name, FunctionDescriptor.ofVoid(args));
    }

    private static NativeFunction function(String name, FunctionDescriptor type) {
        return FUNCTIONS.computeIfAbsent(name, n -> link(n, type));
    }

    private static NativeFunction link(String name, FunctionDescriptor type) {
        MemorySegment symbol = Loaded.lookup()
                .find(name)
                .or(() -> LINKER.defaultLookup().find(name))
                .orElseThrow(() -> LibvirtException.local(
                        LibvirtError.NO_SUPPORT,
                        "the installed libvirt has no function " + name + "; libvirt 7.2 or newer is needed"));
        return new NativeFunction(name, LINKER.downcallHandle(symbol, type));
    }

    /** A C function pointer to a static Java method, alive as long as the process: libvirt may call late. */
    static MemorySegment upcall(MethodHandles.Lookup in, Class<?> owner, String method, FunctionDescriptor type) {
        try {
            MethodType signature = type.toMethodType();
            MethodHandle target = in.findStatic(owner, method, signature);
            return LINKER.upcallStub(target, type, Arena.global());
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException(method + " is not a callback of the expected shape", e);
        }
    }

    /** Holder idiom: the library is opened when first needed, once; a failure is kept and told again. */
    private static final class Loaded {
        static final @Nullable SymbolLookup LOOKUP = open();

        private static @Nullable SymbolLookup open() {
            SymbolLookup lookup;
            try {
                lookup = SymbolLookup.libraryLookup("libvirt.so.0", Arena.global())
                        .or(SymbolLookup.libraryLookup("libvirt-qemu.so.0", Arena.global()));
            } catch (IllegalArgumentException e) {
                return null;
            }
            if (downcall(lookup, "virInitialize", FunctionDescriptor.of(JAVA_INT))
                            .asInt()
                    < 0) {
                throw new IllegalStateException("virInitialize failed");
            }
            // Without a handler libvirt writes every error to stderr as well; ours go into exceptions.
            MemorySegment silent = upcall(
                    MethodHandles.lookup(), Loaded.class, "ignoreError", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
            downcall(lookup, "virSetErrorFunc", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS))
                    .run(MemorySegment.NULL, silent);
            EventLoop.start(
                    downcall(lookup, "virEventRegisterDefaultImpl", FunctionDescriptor.of(JAVA_INT)),
                    downcall(lookup, "virEventRunDefaultImpl", FunctionDescriptor.of(JAVA_INT)));
            return lookup;
        }

        private static NativeFunction downcall(SymbolLookup lookup, String name, FunctionDescriptor type) {
            return new NativeFunction(name, LINKER.downcallHandle(lookup.findOrThrow(name), type));
        }

        @SuppressWarnings("unused") // called from C
        private static void ignoreError(MemorySegment data, MemorySegment error) {}

        static SymbolLookup lookup() {
            if (LOOKUP == null) {
                throw LibvirtException.local(LibvirtError.NO_SUPPORT, MISSING);
            }
            return LOOKUP;
        }
    }
}
