package dev.evenkeel.agent.hotpatch.jvm;

import dev.evenkeel.agent.hotpatch.jvm.inside.Check;
import dev.evenkeel.agent.hotpatch.jvm.inside.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A patch of JVMs, read from its jar ({@code docs/hot-patching.md} says how to make one).
 *
 * @param digest SHA-256 of the jar, in hex
 * @param targets patterns with {@code *} and {@code ?} of main classes or of names of jars
 * @param classes new class files by binary name
 */
public record JvmPatch(PatchId id, String digest, List<String> targets, Check check, Map<String, byte[]> classes) {
    static final String NAME = "Evenkeel-Patch-Name";
    static final String VERSION = "Evenkeel-Patch-Version";
    static final String TARGET = "Evenkeel-Patch-Target";
    static final String CHECK = "Evenkeel-Patch-Check";

    /** Where classes stand in the jar that only the check needs. */
    static final String BESIDE = "META-INF/evenkeel/check/";

    private static final Pattern CHECK_FORM = Pattern.compile("([\\w$.]+)#([\\w$]+)\\s*=\\s*(.*)");

    /** The jar is no patch; the message says what is wrong with it and what to do. */
    public static final class Malformed extends IOException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    /**
     * Reads a patch.
     *
     * @param checkLimit for one run of its check
     * @throws Malformed when it is none
     */
    public static JvmPatch read(Path jar, Duration checkLimit) throws IOException {
        byte[] bytes = Files.readAllBytes(jar);
        Map<String, byte[]> classes = new TreeMap<>();
        Map<String, byte[]> beside = new TreeMap<>();
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(bytes))) {
            Manifest manifest = in.getManifest();
            if (manifest == null) {
                throw new Malformed(
                        jar.getFileName() + " is no jar whose first entry is a manifest; make it with the jar"
                                + " command and --manifest");
            }
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                if (entry.getName().endsWith(".class")) {
                    boolean own = entry.getName().startsWith(BESIDE);
                    put(own ? beside : classes, entry.getName(), in.readAllBytes());
                }
            }
            Attributes main = manifest.getMainAttributes();
            return new JvmPatch(
                    id(main),
                    digest(bytes),
                    List.of(need(main, TARGET).strip().split("\\s+")),
                    check(need(main, CHECK), checkLimit, classes, beside),
                    classes);
        }
    }

    private static void put(Map<String, byte[]> to, String entry, byte[] bytes) throws IOException {
        Shape shape;
        try {
            shape = Shape.of(bytes);
        } catch (IOException e) {
            throw new Malformed(entry + " in the patch can't be read: " + e.getMessage());
        }
        String path = entry.startsWith(BESIDE) ? entry.substring(BESIDE.length()) : entry;
        if (!path.equals(shape.name.replace('.', '/') + ".class")) {
            throw new Malformed(entry + " in the patch holds the class " + shape.name + "; put it where it belongs");
        }
        to.put(shape.name, bytes);
    }

    private static PatchId id(Attributes main) throws Malformed {
        try {
            return new PatchId(need(main, NAME), need(main, VERSION));
        } catch (IllegalArgumentException e) {
            throw new Malformed(e.getMessage() + "; change " + NAME + " or " + VERSION + " in the manifest");
        }
    }

    private static String need(Attributes main, String name) throws Malformed {
        String value = main.getValue(name);
        if (value == null || value.isBlank()) {
            throw new Malformed("the patch's manifest lacks " + name);
        }
        return value;
    }

    private static Check check(String text, Duration limit, Map<String, byte[]> classes, Map<String, byte[]> beside)
            throws Malformed {
        if (classes.isEmpty()) {
            throw new Malformed("the patch has no class that it changes");
        }
        Matcher form = CHECK_FORM.matcher(text);
        if (!form.matches()) {
            throw new Malformed(CHECK + " is \"" + text + "\", and should be some.Class#staticMethod=expected");
        }
        if (beside.keySet().stream().anyMatch(classes::containsKey)) {
            throw new Malformed("a class is both changed and under " + BESIDE + "; only the check's own belong there");
        }
        return new Check(form.group(1), form.group(2), form.group(3), limit.toMillis(), beside);
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether a JVM's main class or jar fits one of the patterns. */
    boolean targets(TargetJvm jvm) {
        String main = jvm.main();
        String file = main.substring(main.lastIndexOf('/') + 1); // of a jar, or the class of module/class
        return targets.stream().anyMatch(pattern -> fits(pattern, main) || fits(pattern, file));
    }

    private static boolean fits(String pattern, String text) {
        StringBuilder regex = new StringBuilder();
        for (char each : pattern.toCharArray()) {
            regex.append(each == '*' ? ".*" : each == '?' ? "." : Pattern.quote(String.valueOf(each)));
        }
        return text.matches(regex.toString());
    }
}
