package dev.evenkeel.agent.hotpatch.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * The padded entry of a function, as {@code -fpatchable-function-entry=16,14} makes it: fourteen bytes of padding before the function,
 * for a jump to anywhere, and two at its beginning, for a jump back into the padding. Where the function begins with {@code endbr64},
 * the two follow it.
 *
 * @param function name in the target's file
 * @param pad address of the fourteen bytes
 * @param hook address of the two bytes
 * @param original everything from the first of them to the last
 */
record Entry(String function, long pad, long hook, byte[] original) {
    static final int JUMP = 14;
    private static final int HOOK = 2;
    private static final int MARKER = 4;

    /** Furthest that the padding may begin before its function. */
    private static final int FURTHEST = 64;

    private static final byte NOP = (byte) 0x90;
    private static final byte[] LANDING = {(byte) 0xF3, 0x0F, 0x1E, (byte) 0xFA};

    /**
     * Finds the entry of a function in a running process.
     *
     * @param pads where paddings begin, as the target's file says
     * @throws Unpatchable when there is no such function or it has no such entry
     */
    static Entry of(Module module, String function, List<Long> pads, Memory memory) throws Unpatchable, IOException {
        List<Long> found = module.elf().named(function).stream()
                .filter(symbol -> symbol.type() == Elf.FUNCTION)
                .map(symbol -> symbol.address() + module.bias())
                .distinct()
                .toList();
        if (found.isEmpty()) {
            throw new Unpatchable(
                    "NO_SUCH_FUNCTION",
                    module.path() + " has no function " + function
                            + "; a stripped file shows only those that it exports, and one that was inlined is nowhere");
        }
        if (found.size() > 1) {
            throw new Unpatchable(
                    "AMBIGUOUS_FUNCTION",
                    module.path() + " has " + found.size() + " functions called " + function
                            + "; a patch can't tell them apart");
        }
        return at(module, function, found.getFirst(), pads, memory);
    }

    private static Entry at(Module module, String function, long address, List<Long> pads, Memory memory)
            throws Unpatchable, IOException {
        long hook = Arrays.equals(memory.read(address, MARKER), LANDING) ? address + MARKER : address;
        long begin = pads.stream()
                .filter(each -> each <= address - JUMP && each >= address - FURTHEST)
                .max(Long::compare)
                .orElseThrow(() -> unpadded(module, function, "the file lists no padding before it"));
        byte[] before = memory.read(begin, (int) (address - begin));
        byte[] at = memory.read(hook, HOOK);
        boolean free = at[1] == NOP && (at[0] == NOP || at[0] == 0x66);
        for (byte each : before) {
            free &= each == NOP;
        }
        if (!free) {
            throw unpadded(module, function, "the padding is not empty; does another tool use it?");
        }
        if ((hook & 7) == 7) {
            throw unpadded(module, function, "its entry is not aligned to two bytes");
        }
        long pad = address - JUMP;
        return new Entry(function, pad, hook, memory.read(pad, (int) (hook + HOOK - pad)));
    }

    private static Unpatchable unpadded(Module module, String function, String why) {
        return new Unpatchable(
                "ENTRY_NOT_PADDED",
                function + " in " + module.path() + " can't be redirected: " + why
                        + ". Build it with -fpatchable-function-entry=16,14");
    }

    /** Where the paddings of a file's functions begin, as the file's own list in memory says after it was loaded. */
    static List<Long> pads(Module module, Memory memory) throws IOException {
        List<Long> pads = new java.util.ArrayList<>();
        for (Elf.Section each : module.elf().sections()) {
            if (each.name().equals("__patchable_function_entries")) {
                ByteBuffer list = memory.words(each.address() + module.bias(), Math.toIntExact(each.size()));
                while (list.remaining() >= 8) {
                    pads.add(list.getLong());
                }
            }
        }
        return pads;
    }

    /** The same bytes as {@link #original}, with the jump to a replacement. */
    byte[] redirected(long replacement) {
        ByteBuffer bytes = ByteBuffer.wrap(original.clone()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(0, new byte[] {(byte) 0xFF, 0x25, 0, 0, 0, 0}); // jmp *(%rip): the address follows
        bytes.putLong(6, replacement);
        bytes.put(original.length - HOOK, (byte) 0xEB); // jmp, to as many bytes from its end
        bytes.put(original.length - 1, (byte) (pad - (hook + HOOK)));
        return bytes.array();
    }

    /** Whether a thread that is here, or returns to here, would run on in the middle of what is rewritten. */
    boolean isAmid(long address) {
        long function = pad + JUMP;
        return address >= pad && address < hook + HOOK && address != function && address != hook;
    }

    boolean holds(Memory memory, byte[] bytes) throws IOException {
        return Arrays.equals(memory.read(pad, original.length), bytes);
    }
}
