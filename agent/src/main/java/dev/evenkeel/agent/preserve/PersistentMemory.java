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

    /** Asks this host. */
    public static boolean isReady() throws IOException {
        return KEXEC.stream().anyMatch(Files::isExecutable)
                && isReserved(Files.readString(Path.of("/proc/iomem")))
                && isDirect(Files.readString(Path.of("/proc/self/mounts")), Hook.memoryBackingDirectory(CONFIGURATION));
    }

    /** Whether a kernel leaves memory alone, by its {@code /proc/iomem}. */
    static boolean isReserved(String iomem) {
        return iomem.lines().anyMatch(line -> line.contains(" : Persistent Memory"));
    }

    /** Whether a directory lies on a file system mounted for direct access, by {@code /proc/self/mounts} (fstab(5)). */
    static boolean isDirect(String mounts, Path directory) {
        Optional<String[]> mount = mounts.lines()
                .map(line -> line.split(" "))
                .filter(fields -> fields.length > 3 && directory.startsWith(Path.of(fields[1])))
                .max(Comparator.comparingInt(fields -> fields[1].length()));
        return mount.filter(fields -> fields[0].startsWith("/dev/pmem"))
                .map(fields -> List.of(fields[3].split(",")))
                .filter(options -> options.contains("dax") || options.contains("dax=always"))
                .isPresent();
    }
}
