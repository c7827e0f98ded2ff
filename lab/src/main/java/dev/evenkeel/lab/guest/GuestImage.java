package dev.evenkeel.lab.guest;

import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.debian.Cache;
import dev.evenkeel.lab.debian.DebianMirror;
import dev.evenkeel.lab.debian.GuestPackages;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a lab guest boots: {@code vmlinux} and {@code initrd} in one directory. The kernel is Debian's cloud kernel,
 * unpacked so that it starts through the PVH entry, which under emulation is about a second faster than unpacking
 * itself. The initrd holds the lab's own process 1, the virtio modules and Debian's guest agent with its libraries.
 */
public final class GuestImage {
    private static final int RECIPE = 1; // raise it when this class makes the image in another way
    private static final byte[] LZ4_LEGACY = {0x02, 0x21, 0x4c, 0x18}; // lz4_Frame_format.md, legacy frame
    private static final List<String> MODULES = List.of(
            "virtio_ring",
            "virtio",
            "virtio_pci_legacy_dev",
            "virtio_pci_modern_dev",
            "virtio_pci",
            "failover",
            "net_failover",
            "virtio_net",
            "virtio_blk",
            "virtio_console");
    private static final Pattern NEEDED = Pattern.compile("\\(NEEDED\\).*\\[(.+)]");

    private GuestImage() {}

    /** The image's directory, made now where the cache has none. */
    public static Path in(Cache cache, DebianMirror mirror, Tools tools, Path hostRoot, Progress progress)
            throws IOException {
        String ingredients = RECIPE + "\n" + mirror.archive() + "\n" + tools.key() + "\n" + MODULES;
        return cache.get("guest", ingredients, dir -> {
            progress.step("building the guest: Debian's cloud kernel and an initrd (once)");
            Path work = Files.createDirectory(dir.resolve("work"));
            Path packages = GuestPackages.unpack(mirror, work);
            kernel(packages, dir.resolve("vmlinux"));
            initrd(packages, tools, hostRoot, Files.createDirectory(work.resolve("initrd")), dir.resolve("initrd"));
            Trees.remove(work);
        });
    }

    private static void kernel(Path packages, Path vmlinux) throws IOException {
        Path image = find(packages.resolve("boot"), "vmlinuz-")
                .orElseThrow(() -> new IOException("Debian's kernel package holds no boot/vmlinuz-*"));
        byte[] bytes = Files.readAllBytes(image);
        int at = indexOf(bytes, LZ4_LEGACY);
        if (at < 0) {
            Files.copy(image, vmlinux); // packed otherwise: it can still start by unpacking itself
            return;
        }
        Path payload = vmlinux.resolveSibling("work/payload.lz4");
        Files.write(payload, java.util.Arrays.copyOfRange(bytes, at, bytes.length));
        // What follows the payload inside the kernel image is not lz4; the tool complains after writing all of it.
        Command.of("lz4", "-dqf", payload.toString(), vmlinux.toString()).run();
        if (!Files.exists(vmlinux) || Files.size(vmlinux) < 4 * bytes.length / 3) {
            Files.copy(image, vmlinux, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void initrd(Path packages, Tools tools, Path hostRoot, Path tree, Path initrd) throws IOException {
        for (String sub : List.of("modules", "usr/sbin", "dev", "proc", "sys", "run", "tmp", "etc", "var")) {
            Files.createDirectories(tree.resolve(sub));
        }
        for (String alias : List.of("sbin", "bin", "usr/bin", "lib", "lib64", "var/run")) {
            Path target = Path.of(
                    switch (alias) {
                        case "usr/bin" -> "sbin";
                        case "lib", "lib64" -> "usr/lib";
                        case "var/run" -> "../run";
                        default -> "usr/sbin";
                    });
            Files.createSymbolicLink(tree.resolve(alias), target);
        }
        Files.createDirectories(tree.resolve("usr/lib"));
        Files.copy(tools.guest(), tree.resolve("init"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String name : List.of("hwclock", "shutdown", "poweroff")) {
            Files.createSymbolicLink(tree.resolve("usr/sbin").resolve(name), Path.of("/init"));
        }
        for (String module : MODULES) {
            Optional<Path> ko = find(packages.resolve("lib/modules"), module + ".ko");
            if (ko.isPresent()) { // else it is built in
                Path copy = tree.resolve("modules").resolve(module + ".ko");
                Files.copy(ko.get(), copy);
                Command.of("strip", "--strip-debug", copy.toString()).check();
            }
        }
        Path agent = tree.resolve("usr/sbin/qemu-ga");
        Files.copy(packages.resolve("usr/sbin/qemu-ga"), agent, StandardCopyOption.COPY_ATTRIBUTES);
        copyLibraries(agent, hostRoot, tree.resolve("usr/lib"));
        Command.of("sh", "-c", "cd " + tree + " && find . | cpio -o -H newc --quiet >" + initrd)
                .check();
    }

    // The guest agent is of the same Debian release as the hosts, so its libraries are there.
    private static void copyLibraries(Path program, Path hostRoot, Path into) throws IOException {
        Deque<Path> open = new ArrayDeque<>(List.of(program));
        Set<String> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Matcher needed = NEEDED.matcher(
                    Command.of("readelf", "-d", open.pop().toString()).check());
            while (needed.find()) {
                String name = needed.group(1);
                if (seen.add(name)) {
                    Path library = hostRoot.resolve("usr/lib/x86_64-linux-gnu").resolve(name);
                    if (!Files.exists(library)) {
                        throw new IOException("The guest agent needs " + name + ", which the host root has not");
                    }
                    Path copy = into.resolve(name);
                    Files.copy(library.toRealPath(), copy, StandardCopyOption.COPY_ATTRIBUTES);
                    open.add(copy);
                }
            }
        }
    }

    private static Optional<Path> find(Path directory, String prefix) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .filter(p -> p.getFileName().toString().startsWith(prefix))
                    .findFirst();
        }
    }

    private static int indexOf(byte[] bytes, byte[] sought) {
        for (int i = 0; i + sought.length <= bytes.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + sought.length, sought, 0, sought.length)) {
                return i;
            }
        }
        return -1;
    }
}
