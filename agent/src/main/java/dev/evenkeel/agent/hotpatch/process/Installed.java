package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.jvm.PatchId;
import dev.evenkeel.agent.hotpatch.process.TargetProcess.Mapping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A patch in the memory of a process. A page before its code says what it is, and has what is needed to undo it, so that it can be
 * found and undone by whoever comes.
 *
 * @param start of that page
 */
record Installed(long start, PatchId patch, String digest, List<Jump> jumps) {
    static final int PAGE = 4096;
    private static final String MAGIC = "evenkeel native patch 1\n";

    /** One function and where it goes to. */
    record Jump(Entry entry, long replacement) {
        byte[] redirected() {
            return entry.redirected(replacement);
        }
    }

    /** Whether calls go to the replacements now; they do not after an undo, while the code stays for threads that are in it. */
    boolean isActive(Memory memory) throws IOException {
        for (Jump jump : jumps) {
            if (!jump.entry().holds(memory, jump.redirected())) {
                return false;
            }
        }
        return true;
    }

    boolean shares(Installed other) {
        return jumps.stream()
                .anyMatch(mine -> other.jumps.stream()
                        .anyMatch(its -> its.entry().hook() == mine.entry().hook()));
    }

    /** The page; empty when the patch has more functions than fit. */
    Optional<byte[]> page() {
        StringBuilder text = new StringBuilder(MAGIC)
                .append(patch)
                .append(' ')
                .append(digest)
                .append('\n');
        for (Jump each : jumps) {
            text.append(each.entry().function()).append(' ');
            text.append(Long.toHexString(each.entry().pad())).append(' ');
            text.append(Long.toHexString(each.entry().hook())).append(' ');
            text.append(HexFormat.of().formatHex(each.entry().original())).append(' ');
            text.append(Long.toHexString(each.replacement())).append('\n');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return bytes.length >= PAGE ? Optional.empty() : Optional.of(Arrays.copyOf(bytes, PAGE));
    }

    /** All patches in a process, in order of their addresses. */
    static List<Installed> in(List<Mapping> mappings, Memory memory) throws IOException {
        List<Installed> found = new ArrayList<>();
        for (Mapping each : mappings) {
            if (each.path().isEmpty() && each.rights().equals("r-xp") && each.end() - each.start() > PAGE) {
                // The kernel shows neighbours with the same rights as one: look at every page's beginning.
                for (long at = each.start(); at < each.end(); at += PAGE) {
                    String begin = new String(memory.read(at, MAGIC.length()), StandardCharsets.ISO_8859_1);
                    if (begin.equals(MAGIC)) {
                        found.add(parse(at, memory.read(at, PAGE)));
                    }
                }
            }
        }
        return found;
    }

    private static Installed parse(long start, byte[] page) {
        String[] lines =
                new String(page, StandardCharsets.UTF_8).replace("\0", "").split("\n");
        String[] head = lines[1].split(" ");
        int at = head[0].indexOf('@');
        List<Jump> jumps = new ArrayList<>();
        for (String line : Arrays.asList(lines).subList(2, lines.length)) {
            String[] words = line.split(" ");
            Entry entry = new Entry(
                    words[0],
                    Long.parseUnsignedLong(words[1], 16),
                    Long.parseUnsignedLong(words[2], 16),
                    HexFormat.of().parseHex(words[3]));
            jumps.add(new Jump(entry, Long.parseUnsignedLong(words[4], 16)));
        }
        return new Installed(start, new PatchId(head[0].substring(0, at), head[0].substring(at + 1)), head[1], jumps);
    }
}
