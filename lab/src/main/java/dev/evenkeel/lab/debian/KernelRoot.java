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
 * The root of a full-kernel host before it is started: a host root with two of Debian's cloud kernels, their initrds,
 * and what it takes to go from one to the other. The kernels are unpacked and not installed, for their packages would
 * make initrds of their own, which takes minutes under emulation.
 *
 * @param layer what comes over the host root, as a directory
 * @param image all of it as an ext4 file system
 * @param kernels the versions of the kernels, as {@code uname -r} prints them, the older one first
 */
public record KernelRoot(Path layer, Path image, List<String> kernels) {
    private static final int RECIPE = 1; // raise it when this class makes a root in another way
    private static final int KERNELS = 2;
    private static final List<String> PACKAGES = List.of("busybox-static", "kexec-tools", "kmod", "openssh-server");
    private static final Pattern KERNEL = Pattern.compile("linux-(image|headers)-(6\\.1\\.0-(\\d+)-cloud-amd64)");

    public KernelRoot {
        kernels = List.copyOf(kernels);
    }

    /** The root, made now where the cache has none; about twenty seconds then. */
    public static KernelRoot in(Cache cache, DebianMirror mirror, HostRoot host, Path hostRoot, Progress progress)
            throws IOException {
        String ingredients = RECIPE + "\n" + hostRoot + "\n" + PACKAGES + "\n"
                + String.join(
                        "\n",
                        mirror.release("bookworm").stream().map(AptSource::line).toList()) + "\n"
                + Trees.text(KernelRoot.class, script("kernel-root.sh"))
                + Trees.text(KernelRoot.class, script("kernel-host-initrd.sh"));
        Path directory = cache.get("kernel-host", ingredients, dir -> {
            progress.step("building the full-kernel host's root: two kernels from " + mirror.archive() + " (once)");
            Path work = Files.createDirectory(dir.resolve("work"));
            Path debs = Files.createDirectory(work.resolve("kernels"));
            Path installed = hostRoot.resolve("var/lib/dpkg/status");
            PrivateApt apt = new PrivateApt(Files.createDirectory(work.resolve("apt")), host.sources(), installed);
            apt.download(
                    debs,
                    newest(apt.query("pkgnames", "linux-"), KERNELS).stream()
                            .map(version -> "linux-image-" + version)
                            .toList());
            apt.run(
                    "install",
                    Stream.concat(Stream.of("--download-only", "--yes"), PACKAGES.stream())
                            .toList());
            Command.of(
                            "unshare",
                            "--mount",
                            "--propagation",
                            "private",
                            "sh",
                            Trees.unpack(KernelRoot.class, script("kernel-root.sh"), work)
                                    .toString(),
                            hostRoot.toString(),
                            dir.toString(),
                            apt.archives().toString(),
                            debs.toString(),
                            Trees.unpack(KernelRoot.class, script("kernel-host-initrd.sh"), work)
                                    .toString())
                    .within(Duration.ofMinutes(10))
                    .check();
            Trees.remove(work);
        });
        Path layer = directory.resolve("layer");
        return new KernelRoot(layer, directory.resolve("root.ext4"), kernelsIn(layer.resolve("boot")));
    }

    private static List<String> kernelsIn(Path boot) throws IOException {
        try (Stream<Path> files = Files.list(boot)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith("vmlinuz-"))
                    .map(name -> name.substring("vmlinuz-".length()))
                    .sorted(Comparator.comparingInt(KernelRoot::abi))
                    .toList();
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
                    + " as cloud kernels with headers; a full-kernel host" + " takes " + count);
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

    private static int abi(String version) {
        return Integer.parseInt(version.replaceFirst("^6\\.1\\.0-(\\d+)-.*$", "$1"));
    }

    private static String script(String name) {
        return "/dev/evenkeel/lab/" + name;
    }
}
