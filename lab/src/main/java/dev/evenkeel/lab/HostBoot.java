package dev.evenkeel.lab;

import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.ProcessMark;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Gives a host its disk and starts its process 1, for a full-kernel host its emulator, in namespaces of its own. */
final class HostBoot {
    private final LabRecord record;
    private final Fabric fabric;

    HostBoot(LabRecord record, Fabric fabric) {
        this.record = record;
        this.fabric = fabric;
    }

    /** The directory on which a host's disk is mounted. */
    Path disk(int n) {
        return record.directory().resolve("hosts").resolve("h" + n);
    }

    /** What a host is made of. */
    HostKind kind(int n) {
        return record.get("host." + n).map(HostKind::parse).orElse(HostKind.NAMESPACES);
    }

    /** Makes a new host's cable and empty disk. */
    void create(int n, HostKind kind) throws IOException {
        record.put("host." + n, kind.toString());
        switch (kind) {
            case NAMESPACES -> fabric.addHost(n);
            case KERNEL -> fabric.addKernelHost(n);
        }
        Path disk = Files.createDirectories(disk(n));
        String options = "size=" + record.need("hostDiskMib") + "m,mode=755";
        Command.of("mount", "-t", "tmpfs", "-o", options, fabric.namespace(n), disk.toString())
                .check();
        for (String part : List.of("upper", "work", "root")) {
            Files.createDirectory(disk.resolve(part));
        }
    }

    /** Starts a host whose disk is there and returns when its process 1 has taken over. */
    void start(int n) throws IOException {
        String name = "h" + n;
        List<String> words = new ArrayList<>(
                List.of("unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--propagation", "private", "env"));
        words.addAll(
                switch (kind(n)) {
                    case NAMESPACES -> namespaces(n);
                    case KERNEL -> emulator(n);
                });
        Path log = record.directory().resolve(name + ".log");
        Process outer = Command.of(Fabric.in(fabric.namespace(n), words)).detach(log);
        boolean up = Await.until(Duration.ofMinutes(2), () -> {
            Optional<Long> child = childOf(outer.pid());
            if (child.isEmpty()) {
                if (!outer.isAlive()) {
                    throw new IOException(name + " did not start: " + Files.readString(log));
                }
                return false;
            }
            // Remembered as soon as it is there, so that whatever happens next it can be ended.
            Optional<ProcessMark> mark = ProcessMark.of(child.get());
            if (mark.isPresent()) {
                record.process(name, mark.get());
            }
            return Files.exists(Path.of("/proc", Long.toString(child.get()), "root/run/lab/up"));
        });
        if (!up) {
            throw new IOException(name + " did not start within 20 s: " + Files.readString(log));
        }
    }

    private List<String> namespaces(int n) throws IOException {
        // A host's root is in RAM; this is for what is too large for that or shall be as slow as a disk.
        Path shelf =
                Files.createDirectories(record.directory().resolve("shelves").resolve("h" + n));
        List<String> words = new ArrayList<>(settings(n));
        words.addAll(List.of(
                "EK_LOWER=" + record.need("root"),
                "EK_DISK=" + disk(n),
                "EK_GUEST=" + record.need("guest"),
                "EK_JDK=" + record.get("jdk").orElse(""),
                "EK_LIB=" + record.get("lib").orElse(""),
                "EK_SHELF=" + shelf,
                "EK_SCRIPTS=" + record.directory(),
                "sh",
                script("host-start.sh")));
        script("host-config.sh");
        script("host-init.sh");
        return words;
    }

    private List<String> emulator(int n) throws IOException {
        List<String> settings = new ArrayList<>(settings(n));
        settings.add("EK_MEMORY=/var/lib/evenkeel-memory");
        return List.of(
                "EK_NAME=h" + n,
                "EK_LOWER=" + record.need("kernel.layer") + ":" + record.need("root"),
                "EK_DISK=" + disk(n),
                "EK_ROOT_IMAGE=" + record.need("kernel.image"),
                "EK_OPT_IMAGE=" + record.need("kernel.opt"),
                "EK_KERNEL=" + record.need("kernel.version"),
                "EK_MEMORY_MIB=" + KernelHosts.MEMORY_MIB,
                "EK_RESERVED=" + KernelHosts.RESERVED,
                "EK_MAC=4d:%02x:0".formatted(n),
                "EK_SETTINGS=" + String.join("\n", settings),
                "sh",
                script("kernel-host-start.sh"));
    }

    /** Who a host is, as NAME=VALUE. */
    private List<String> settings(int n) throws IOException {
        UUID uuid = UUID.nameUUIDFromBytes((record.directory() + "/h" + n).getBytes(StandardCharsets.UTF_8));
        return List.of(
                "EK_NAME=h" + n,
                "EK_ADDRESS=" + Fabric.address(n),
                "EK_NET=10.77.0",
                "EK_UUID=" + uuid,
                "EK_MACHINE_ID=" + uuid.toString().replace("-", ""),
                "EK_TCP=" + record.need("plainTcp"));
    }

    private String script(String name) throws IOException {
        return Trees.unpack(HostBoot.class, "/dev/evenkeel/lab/" + name, record.directory())
                .toString();
    }

    /** Takes a dead host's disk away. */
    void removeDisk(int n) throws IOException {
        Path disk = disk(n);
        if (!Files.isDirectory(disk)) {
            return;
        }
        for (int times = 0; times < 4 && mounted(disk); times++) {
            Command.Result result = Command.of("umount", disk.toString()).run();
            if (!result.ok()) {
                Command.of("umount", "--lazy", disk.toString()).check();
            }
        }
    }

    private static boolean mounted(Path directory) throws IOException {
        String sought = " " + directory + " ";
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream().anyMatch(line -> line.contains(sought));
    }

    private static Optional<Long> childOf(long pid) throws IOException {
        Path children = Path.of("/proc", Long.toString(pid), "task", Long.toString(pid), "children");
        try {
            String text = Files.readString(children).strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(Long.parseLong(text.split(" ")[0]));
        } catch (java.nio.file.NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
