package dev.evenkeel.lab.debian;

import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The root of a full-kernel host before it is started: a host root with one of Debian's cloud kernels, installed as any
 * package, and what it takes to go from it to another. It is the second newest, so that {@link KernelUpdate} has one to bring.
 * The package that makes initrds for kernels is the lab's own, for those of Debian take minutes under emulation.
 *
 * @param layer what comes over the host root, as a directory
 * @param image all of it as an ext4 file system
 * @param kernel the version of the kernel, as {@code uname -r} prints it
 */
public record KernelRoot(Path layer, Path image, String kernel) {
    private static final int RECIPE = 2; // raise it when this class makes a root in another way
    private static final List<String> PACKAGES =
            List.of("busybox-static", "kexec-tools", "kmod", "linux-base", "openssh-server");
    private static final List<String> SCRIPTS = List.of("kernel-root.sh", "kernel-initrd.sh", "kernel-host-initrd.sh");
    private static final Pattern KERNEL = Pattern.compile("linux-(image|headers)-(6\\.1\\.0-(\\d+)-cloud-amd64)");

    /** The root, made now where the cache has none; about twenty seconds then. */
    public static KernelRoot in(Cache cache, DebianMirror mirror, HostRoot host, Path hostRoot, Progress progress)
            throws IOException {
        StringBuilder ingredients = new StringBuilder(RECIPE + "\n" + hostRoot.getParent() + "\n" + PACKAGES + "\n");
        mirror.release("bookworm")
                .forEach(source -> ingredients.append(source.line()).append('\n'));
        for (String script : SCRIPTS) {
            ingredients.append(Trees.text(KernelRoot.class, script(script)));
        }
        Path directory = cache.get("kernel-host", ingredients.toString(), dir -> {
            progress.step("building the full-kernel host's root: a kernel from " + mirror.archive() + " (once)");
            Path work = Files.createDirectory(dir.resolve("work"));
            Path installed = hostRoot.resolve("var/lib/dpkg/status");
            PrivateApt apt = new PrivateApt(Files.createDirectory(work.resolve("apt")), host.sources(), installed);
            String kernel = newest(apt.query("pkgnames", "linux-"), 2).getFirst();
            apt.run(
                    "install",
                    Stream.concat(Stream.of("--download-only", "--yes"), PACKAGES.stream())
                            .toList());
            // By itself, for what it takes in Debian to make its initrd is not wanted.
            apt.download(apt.archives(), List.of("linux-image-" + kernel));
            for (String script : SCRIPTS) {
                Trees.unpack(KernelRoot.class, script(script), work);
            }
            Command.of(
                            "unshare",
                            "--mount",
                            "--propagation",
                            "private",
                            "sh",
                            work.resolve("kernel-root.sh").toString(),
                            hostRoot.toString(),
                            dir.toString(),
                            apt.archives().toString())
                    .within(Duration.ofMinutes(10))
                    .check();
            Trees.remove(work);
        });
        Path layer = directory.resolve("layer");
        return new KernelRoot(layer, directory.resolve("root.ext4"), kernelIn(layer.resolve("boot")));
    }

    private static String kernelIn(Path boot) throws IOException {
        try (Stream<Path> files = Files.list(boot)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith("vmlinuz-"))
                    .map(name -> name.substring("vmlinuz-".length()))
                    .findFirst()
                    .orElseThrow(() -> new IOException(boot + " has no kernel"));
        }
    }

    /**
     * The newest kernels for which the archive has both the image and the headers, the older one first.
     *
     * @param names names of packages, one to a line
     */
    static List<String> newest(String names, int count) throws IOException {
        List<String> images = named("image", names);
        List<String> headers = named("headers", names);
        List<String> both = images.stream()
                .filter(headers::contains)
                .sorted(Comparator.comparingInt(KernelRoot::abi))
                .toList();
        if (both.size() < count) {
            throw new IOException("The Debian archive has " + both
                    + " as cloud kernels with headers; a full-kernel host and its update take " + count);
        }
        return both.subList(both.size() - count, both.size());
    }

    private static List<String> named(String kind, String names) {
        return names.lines()
                .map(KERNEL::matcher)
                .filter(Matcher::matches)
                .filter(kernel -> kernel.group(1).equals(kind))
                .map(kernel -> kernel.group(2))
                .distinct()
                .toList();
    }

    static int abi(String version) {
        return Integer.parseInt(version.replaceFirst("^6\\.1\\.0-(\\d+)-.*$", "$1"));
    }

    private static String script(String name) {
        return "/dev/evenkeel/lab/" + name;
    }
}
