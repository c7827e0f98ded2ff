package dev.evenkeel.agent.hotpatch.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** A file in ELF for x86-64, as far as patching needs it. Layout: System V ABI, chapters 4 and 5, and its AMD64 supplement. */
final class Elf {
    static final int EXECUTABLE = 2;
    static final int SHARED = 3;
    static final int FUNCTION = 2;
    static final int CHOSEN_AT_RUN_TIME = 10;
    static final long WRITE = 1;
    static final long ALLOCATED = 2;
    private static final int X86_64 = 62;
    private static final int LOAD = 1;
    private static final int NOTE = 4;
    private static final int BUILD_ID = 3;
    private static final int SYMBOL_SIZE = 24;
    private static final int RELOCATION_SIZE = 24;
    private static final int NO_BITS = 8;
    private static final int WITH_ADDENDS = 4;

    /** A part that is mapped into memory. */
    record Segment(int type, long offset, long address, long fileSize, long memorySize) {}

    record Section(String name, int type, long flags, long address, long offset, long size, int link) {}

    /** @param section 0 for a symbol that is imported */
    record Symbol(String name, long address, int type, int section) {}

    /** @param symbol what it refers to, empty for none */
    record Relocation(long at, int type, Optional<Symbol> symbol, long addend) {}

    private final ByteBuffer file;
    private final int type;
    private final List<Segment> segments;
    private final List<Section> sections;

    private Elf(ByteBuffer file, int type, List<Segment> segments, List<Section> sections) {
        this.file = file;
        this.type = type;
        this.segments = segments;
        this.sections = sections;
    }

    /** @throws IOException when it is no such file, or is cut off */
    static Elf of(ByteBuffer bytes) throws IOException {
        ByteBuffer file = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (file.getInt(0) != 0x464C457F || file.get(4) != 2 || file.get(5) != 1 || file.getShort(18) != X86_64) {
                throw new IOException("no ELF file for x86-64");
            }
            List<Segment> segments = new ArrayList<>();
            for (int i = 0; i < file.getShort(56); i++) {
                int at = Math.toIntExact(file.getLong(32)) + i * file.getShort(54);
                segments.add(new Segment(
                        file.getInt(at),
                        file.getLong(at + 8),
                        file.getLong(at + 16),
                        file.getLong(at + 32),
                        file.getLong(at + 40)));
            }
            return new Elf(file, file.getShort(16), segments, sections(file));
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            throw new IOException("the ELF file is cut off or damaged: " + e.getMessage(), e);
        }
    }

    private static List<Section> sections(ByteBuffer file) {
        int table = Math.toIntExact(file.getLong(40));
        int count = table == 0 ? 0 : Short.toUnsignedInt(file.getShort(60));
        int names = count == 0 ? 0 : Math.toIntExact(file.getLong(table + file.getShort(62) * 64 + 24));
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int at = table + i * 64;
            sections.add(new Section(
                    text(file, names + file.getInt(at)),
                    file.getInt(at + 4),
                    file.getLong(at + 8),
                    file.getLong(at + 16),
                    file.getLong(at + 24),
                    file.getLong(at + 32),
                    file.getInt(at + 40)));
        }
        return sections;
    }

    private static String text(ByteBuffer file, int at) {
        int end = at;
        while (file.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - at];
        file.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    int type() {
        return type;
    }

    /** Parts that are loaded, in order of their addresses. */
    List<Segment> loads() {
        return segments.stream().filter(each -> each.type() == LOAD).toList();
    }

    boolean hasSegment(int kind) {
        return segments.stream().anyMatch(each -> each.type() == kind);
    }

    List<Section> sections() {
        return sections;
    }

    Optional<Section> section(String name) {
        return sections.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    byte[] content(Section section) {
        byte[] bytes = new byte[section.type() == NO_BITS ? 0 : Math.toIntExact(section.size())];
        file.get(Math.toIntExact(section.offset()), bytes);
        return bytes;
    }

    byte[] content(Segment segment) {
        byte[] bytes = new byte[Math.toIntExact(segment.fileSize())];
        file.get(Math.toIntExact(segment.offset()), bytes);
        return bytes;
    }

    /** The GNU build id in hex. */
    Optional<String> buildId() {
        for (Segment segment : segments) {
            int at = Math.toIntExact(segment.offset());
            int end = at + Math.toIntExact(segment.type() == NOTE ? segment.fileSize() : 0);
            while (at + 12 <= end) {
                int name = file.getInt(at);
                int content = file.getInt(at + 4);
                int start = at + 12 + align(name);
                if (file.getInt(at + 8) == BUILD_ID && name == 4 && file.getInt(at + 12) == 0x554E47) {
                    byte[] id = new byte[content];
                    file.get(start, id);
                    return Optional.of(HexFormat.of().formatHex(id));
                }
                at = start + align(content);
            }
        }
        return Optional.empty();
    }

    private static int align(int size) {
        return size + 3 & ~3;
    }

    /** Symbols of a name that are defined here; those of the full table, or of the exported ones in a stripped file. */
    List<Symbol> named(String name) {
        Optional<Section> table = section(".symtab").or(() -> section(".dynsym"));
        return table.stream()
                .flatMap(each -> symbols(each).stream())
                .filter(symbol -> symbol.section() != 0 && symbol.name().equals(name))
                .toList();
    }

    /** What others can import from here, in its default version. */
    List<Symbol> exports() {
        Optional<Section> table = section(".dynsym");
        if (table.isEmpty()) {
            return List.of();
        }
        List<Symbol> all = symbols(table.get());
        Optional<byte[]> versions = section(".gnu.version").map(this::content);
        List<Symbol> exported = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            boolean old = versions.isPresent() && (versions.get()[i * 2 + 1] & 0x80) != 0;
            if (all.get(i).section() != 0 && !old) {
                exported.add(all.get(i));
            }
        }
        return exported;
    }

    private List<Symbol> symbols(Section table) {
        List<Symbol> symbols = new ArrayList<>();
        int names = Math.toIntExact(sections.get(table.link()).offset());
        for (int i = 0; i < table.size() / SYMBOL_SIZE; i++) {
            int at = Math.toIntExact(table.offset()) + i * SYMBOL_SIZE;
            symbols.add(new Symbol(
                    text(file, names + file.getInt(at)),
                    file.getLong(at + 8),
                    file.get(at + 4) & 15,
                    Short.toUnsignedInt(file.getShort(at + 6))));
        }
        return symbols;
    }

    /** What a loader would have to fill in. */
    List<Relocation> relocations() {
        List<Relocation> all = new ArrayList<>();
        for (Section section : sections) {
            if (section.type() != WITH_ADDENDS || (section.flags() & ALLOCATED) == 0) {
                continue;
            }
            List<Symbol> symbols = symbols(sections.get(section.link()));
            for (int i = 0; i < section.size() / RELOCATION_SIZE; i++) {
                int at = Math.toIntExact(section.offset()) + i * RELOCATION_SIZE;
                int symbol = file.getInt(at + 12);
                all.add(new Relocation(
                        file.getLong(at),
                        file.getInt(at + 8),
                        symbol == 0 ? Optional.empty() : Optional.of(symbols.get(symbol)),
                        file.getLong(at + 16)));
            }
        }
        return all;
    }
}
