package dev.evenkeel.agent.hotpatch.jvm;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Compiles services and patches, and puts patches together. */
final class PatchJars {
    private final Path directory;
    private final Path classes;
    private final String tag;
    private int count;

    /**
     * @param classes of the service, which patches are compiled against
     * @param tag by which services and patches of a test are told from those of one that runs beside it
     */
    PatchJars(Path directory, Path classes, String tag) {
        this.tag = tag;
        this.directory = directory;
        this.classes = classes;
    }

    /** Compiles sources given by path. */
    static void compile(Path to, int release, Map<String, String> sources, Path... with) throws IOException {
        Path texts = Files.createTempDirectory("sources");
        List<String> words = new ArrayList<>(List.of("--release", "" + release, "-proc:none", "-d", to.toString()));
        words.addAll(List.of(
                "-cp", String.join(":", Stream.of(with).map(Path::toString).toList())));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = texts.resolve(source.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
            words.add(file.toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        boolean good = compiler.getTask(
                        said,
                        null,
                        null,
                        words.subList(0, 7),
                        null,
                        compiler.getStandardFileManager(null, null, null)
                                .getJavaFileObjects(
                                        words.subList(7, words.size()).toArray(String[]::new)))
                .call();
        if (!good) {
            throw new IllegalStateException(said.toString());
        }
    }

    /** A patch for the service: what is in it, how it calls itself and what proves it. */
    Path patch(String name, String version, String check, Map<String, String> changed) throws IOException {
        return patch(name, version, check, 17, changed, Map.of());
    }

    Path patch(
            String name,
            String version,
            String check,
            int release,
            Map<String, String> changed,
            Map<String, String> beside)
            throws IOException {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(JvmPatch.NAME, name + "-" + tag);
        attributes.put(JvmPatch.VERSION, version);
        attributes.put(JvmPatch.TARGET, "other.Main service-" + tag + ".j?r");
        attributes.put(JvmPatch.CHECK, check);
        return jar(attributes, release, changed, beside);
    }

    Path jar(Map<String, String> attributes, int release, Map<String, String> changed, Map<String, String> beside)
            throws IOException {
        Path work = Files.createDirectory(directory.resolve("patch-" + count++));
        Path fresh = Files.createDirectory(work.resolve("fresh"));
        Path own = Files.createDirectory(work.resolve("own"));
        if (!changed.isEmpty()) {
            compile(fresh, release, changed, classes);
        }
        if (!beside.isEmpty()) {
            compile(own, release, beside, fresh, classes);
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.forEach((key, value) -> manifest.getMainAttributes().putValue(key, value));
        Path jar = work.resolve("patch.jar");
        try (OutputStream to = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(to, manifest)) {
            add(out, fresh, "");
            add(out, own, JvmPatch.BESIDE);
        }
        return jar;
    }

    /** A jar that can be run. */
    Path service() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "acme.Service");
        Path jar = directory.resolve("service-" + tag + ".jar");
        try (OutputStream to = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(to, manifest)) {
            add(out, classes, "");
        }
        return jar;
    }

    private static void add(JarOutputStream out, Path from, String prefix) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(prefix + from.relativize(file)));
                out.write(Files.readAllBytes(file));
            }
        }
    }
}
