package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.jvm.PatchId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A patch of native functions: a shared object without state of its own and with a section that says what it is for
 * ({@code docs/hot-patching.md} says how to make one).
 *
 * @param digest SHA-256 of the file, in hex
 * @param target file name of the program or library whose functions are replaced
 * @param buildId of that file, in hex
 */
public record NativePatch(
        PatchId id, String digest, String target, String buildId, List<Redirect> redirects, Elf code) {
    static final String SECTION = ".evenkeel.patch";
    private static final int THREAD_LOCAL = 7;

    /** What a loader fills in and nobody writes afterwards, so it can be filled in before it is mapped. */
    private static final Set<String> FILLED_IN =
            Set.of(".dynamic", ".got", ".got.plt", ".data.rel.ro", ".data.rel.ro.local");

    /** One function and the one that is to run in its place. */
    record Redirect(String old, String replacement) {}

    /** The file is no patch; the message says what is wrong with it and what to do. */
    public static final class Malformed extends IOException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    /** @throws Malformed when it is no patch */
    public static NativePatch read(Path file) throws IOException {
        try {
            return read(file, Files.readAllBytes(file));
        } catch (IndexOutOfBoundsException e) {
            throw new Malformed(file.getFileName() + " is cut off or damaged: " + e.getMessage());
        }
    }

    private static NativePatch read(Path file, byte[] bytes) throws Malformed {
        Elf code = elf(file, bytes);
        List<Redirect> redirects = new ArrayList<>();
        String[] said = {"", "", "", ""};
        for (String line : said(code).split("\n")) {
            int equals = line.indexOf('=');
            String key = equals < 0 ? line.strip() : line.substring(0, equals).strip();
            String value = line.substring(equals + 1).strip();
            switch (key) {
                case "" -> {}
                case "name" -> said[0] = value;
                case "version" -> said[1] = value;
                case "target" -> said[2] = value;
                case "build-id" -> said[3] = value;
                case "redirect" -> redirects.add(redirect(code, value));
                default -> throw new Malformed(SECTION + " of the patch has \"" + key + "\", which nobody knows");
            }
        }
        if (said[2].isEmpty() || !said[3].matches("[0-9a-f]{8,}") || redirects.isEmpty()) {
            throw new Malformed(SECTION + " of the patch needs target=, build-id= (in hex) and at least one redirect=");
        }
        mustHaveNoState(code);
        try {
            return new NativePatch(
                    new PatchId(said[0], said[1]), digest(bytes), said[2], said[3], List.copyOf(redirects), code);
        } catch (IllegalArgumentException e) {
            throw new Malformed(e.getMessage() + "; give it a name= and a version=");
        }
    }

    private static Elf elf(Path file, byte[] bytes) throws Malformed {
        try {
            Elf code = Elf.of(ByteBuffer.wrap(bytes));
            if (code.type() != Elf.SHARED) {
                throw new Malformed(file.getFileName() + " is no shared object; link it with -shared");
            }
            return code;
        } catch (Malformed e) {
            throw e;
        } catch (IOException e) {
            throw new Malformed(file.getFileName() + ": " + e.getMessage());
        }
    }

    private static String said(Elf code) throws Malformed {
        return code.section(SECTION)
                .map(section -> new String(code.content(section), StandardCharsets.UTF_8).replace("\0", ""))
                .orElseThrow(() ->
                        new Malformed("the patch has no section " + SECTION + "; add it with objcopy --add-section"));
    }

    private static Redirect redirect(Elf code, String value) throws Malformed {
        int equals = value.indexOf('=');
        Redirect redirect = new Redirect(
                value.substring(0, Math.max(equals, 0)).strip(),
                value.substring(equals + 1).strip());
        if (equals < 0 || code.named(redirect.replacement()).size() != 1) {
            throw new Malformed("redirect=" + value + " should be redirect=OLD=NEW, NEW being a function of the patch");
        }
        return redirect;
    }

    /** Variables would be others than those of the old code, and constructors would need a loader to run them. */
    private static void mustHaveNoState(Elf code) throws Malformed {
        for (Elf.Section section : code.sections()) {
            boolean written = (section.flags() & (Elf.WRITE | Elf.ALLOCATED)) == (Elf.WRITE | Elf.ALLOCATED);
            if (written && section.size() > 0 && !FILLED_IN.contains(section.name())) {
                throw new Malformed("the patch has the section " + section.name()
                        + "; a replacement may have no variables or constructors of its own: use those of the target, and"
                        + " link with -nostdlib");
            }
        }
        if (code.hasSegment(THREAD_LOCAL)) {
            throw new Malformed("the patch has variables of threads; a replacement may have none of its own");
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
