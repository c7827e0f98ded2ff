package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.process.Elf.Relocation;
import dev.evenkeel.agent.hotpatch.process.Elf.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A patch's code as it is laid into memory, with all addresses filled in: what a loader would do, done from outside. Kinds of
 * relocations are those of the AMD64 supplement to the System V ABI that {@code -shared -fPIC} makes.
 */
final class Image {
    private static final int ABSOLUTE = 1;
    private static final int GLOBAL = 6;
    private static final int JUMP_SLOT = 7;
    private static final int RELATIVE = 8;

    private Image() {}

    /** Bytes that the code takes, in whole pages. */
    static long size(Elf code) {
        Segment last = code.loads().getLast();
        return last.address() + last.memorySize() + Installed.PAGE - 1 & -Installed.PAGE;
    }

    /** Addresses of what a patch imports: from the target's program first, then from its libraries in order. */
    static Map<String, Long> imports(Elf code, List<Module> modules) throws Unpatchable {
        Map<String, Long> wanted = new HashMap<>();
        for (Relocation each : code.relocations()) {
            each.symbol().filter(symbol -> symbol.section() == 0).ifPresent(symbol -> wanted.put(symbol.name(), 0L));
        }
        Map<String, Boolean> chosen = new HashMap<>();
        for (Module module : wanted.isEmpty() ? List.<Module>of() : modules) {
            for (Elf.Symbol symbol : module.elf().exports()) {
                if (wanted.containsKey(symbol.name()) && wanted.get(symbol.name()) == 0) {
                    wanted.put(symbol.name(), symbol.address() + module.bias());
                    chosen.put(symbol.name(), symbol.type() == Elf.CHOSEN_AT_RUN_TIME);
                }
            }
        }
        for (Map.Entry<String, Long> each : wanted.entrySet()) {
            if (each.getValue() == 0) {
                throw new Unpatchable(
                        "IMPORT_UNRESOLVED",
                        "the patch needs " + each.getKey() + ", which neither the program nor a library of it exports");
            }
            if (chosen.getOrDefault(each.getKey(), false)) {
                throw new Unpatchable(
                        "IMPORT_UNRESOLVED",
                        "the patch needs " + each.getKey()
                                + ", of which the C library chooses one for the CPU when it is loaded; use your own");
            }
        }
        return wanted;
    }

    /** The code for an address, or why it can't be made. */
    static byte[] at(long base, Elf code, Map<String, Long> imports) throws Unpatchable {
        ByteBuffer image = ByteBuffer.allocate(Math.toIntExact(size(code))).order(ByteOrder.LITTLE_ENDIAN);
        for (Segment each : code.loads()) {
            image.put(Math.toIntExact(each.address()), code.content(each));
        }
        for (Relocation each : code.relocations()) {
            image.putLong(Math.toIntExact(each.at()), value(base, each, imports));
        }
        return image.array();
    }

    private static long value(long base, Relocation relocation, Map<String, Long> imports) throws Unpatchable {
        Optional<Long> symbol = relocation
                .symbol()
                .map(each -> each.section() == 0 ? imports.getOrDefault(each.name(), 0L) : base + each.address());
        return switch (relocation.type()) {
            case RELATIVE -> base + relocation.addend();
            case ABSOLUTE, GLOBAL, JUMP_SLOT -> symbol.orElse(0L) + relocation.addend();
            default ->
                throw new Unpatchable(
                        "RELOCATION_UNKNOWN",
                        "the patch has a relocation of kind " + relocation.type()
                                + ", which needs a loader; link it with -shared -fPIC and without thread-local variables");
        };
    }
}
