package dev.evenkeel.agent.preserve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Whether the memory of VMs on this host can outlive its kernel: the kernel was told to leave a part of the memory alone
 * (its parameter {@code memmap=SIZE!START}, or an NVDIMM), libvirt keeps files that are guests' memory on a file system
 * that lies in that part without a copy in the page cache (DAX), and there is a kexec to start the next kernel with.
 */
public final class PersistentMemory {
    private static final Path CONFIGURATION = Path.of("/etc/libvirt");
    private static final List<Path> KEXEC = List.of(Path.of("/usr/sbin/kexec"), Path.of("/sbin/kexec"));

    private PersistentMemory() {}

    /**
     * A file system in memory that outlives the kernel.
     *
     * @param directory where it is mounted
     * @param line its line of {@code /proc/self/mounts}
     */
    record Mount(Path directory, String line) {
        static Mount of(String line) {
            return new Mount(Path.of(line.split(" ")[1]), line);
        }

        String device() {
            return line.split(" ")[0];
        }

        String options() {
            return line.split(" ")[3];
        }
    }

    /** Where libvirt keeps files that are guests' memory. */
    static Path backingDirectory() throws IOException {
        return Hook.memoryBackingDirectory(CONFIGURATION);
    }

    /** The file system that VMs' memory is kept on; empty when it does not outlive the kernel. */
    static Optional<Mount> mount() throws IOException {
        return mount(Files.readString(Path.of("/proc/self/mounts")), backingDirectory());
    }

    /** Asks this host. */
    public static boolean isReady() throws IOException {
        return KEXEC.stream().anyMatch(Files::isExecutable)
                && isReserved(Files.readString(Path.of("/proc/iomem")))
                && mount().isPresent();
    }

    /** Whether a kernel leaves memory alone, by its {@code /proc/iomem}. */
    static boolean isReserved(String iomem) {
        return iomem.lines().anyMatch(line -> line.contains(" : Persistent Memory"));
    }

    /** The file system that a directory lies on, when it is mounted for direct access, by {@code /proc/self/mounts} (fstab(5)). */
    static Optional<Mount> mount(String mounts, Path directory) {
        return mounts.lines()
                .filter(line -> line.split(" ").length > 3 && directory.startsWith(Path.of(line.split(" ")[1])))
                .max(Comparator.comparingInt(line -> line.split(" ")[1].length()))
                .filter(line -> line.startsWith("/dev/pmem"))
                .map(Mount::of)
                .filter(mount -> {
                    List<String> options = List.of(mount.options().split(","));
                    return options.contains("dax") || options.contains("dax=always");
                });
    }
}
