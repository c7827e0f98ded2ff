package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.agent.packages.Command;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The kernel's livepatches, as it shows them itself (Documentation/livepatch/livepatch.rst and
 * Documentation/ABI/testing/sysfs-kernel-livepatch of Linux 6.1). A directory that vanishes while it is read is a patch that
 * has come out.
 */
class LivepatchKernel {
    /** A module is loaded at once, but its transition begins before insmod ends. */
    private static final Duration MODULE_LIMIT = Duration.ofMinutes(2);

    /** Of linux/capability.h. */
    private static final int CAP_SYS_MODULE = 16;

    private static final int CAP_SYS_PTRACE = 19;
    private static final int CAP_SYS_ADMIN = 21;

    private final Path livepatch;
    private final Path modules;
    private final Path proc;

    LivepatchKernel() {
        this(Path.of("/sys"), Path.of("/proc"));
    }

    LivepatchKernel(Path sys, Path proc) {
        this.livepatch = sys.resolve("kernel/livepatch");
        this.modules = sys.resolve("module");
        this.proc = proc;
    }

    /** Its release, as {@code uname -r} prints it. */
    String release() throws IOException {
        return Files.readString(proc.resolve("sys/kernel/osrelease")).strip();
    }

    /** Whether it takes livepatches, and takes them from this process. */
    boolean takesPatches() {
        try {
            return Files.isDirectory(livepatch)
                    && may(CAP_SYS_MODULE)
                    && Files.readString(proc.resolve("sys/kernel/modules_disabled"))
                            .strip()
                            .equals("0");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether this process may trace others, and see what they have mapped. */
    boolean mayTrace() {
        try {
            return may(CAP_SYS_PTRACE) && may(CAP_SYS_ADMIN);
        } catch (IOException e) {
            return false;
        }
    }

    private boolean may(int capability) throws IOException {
        return Files.readAllLines(proc.resolve("self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("CapEff:".length()).strip(), 16))
                .anyMatch(all -> (all >> capability & 1) == 1);
    }

    /** Every livepatch that is there, by name. */
    Map<String, LoadedPatch> patches() throws IOException {
        Map<String, LoadedPatch> all = new TreeMap<>();
        if (Files.isDirectory(livepatch)) {
            try (DirectoryStream<Path> directories = Files.newDirectoryStream(livepatch)) {
                for (Path directory : directories) {
                    find(String.valueOf(directory.getFileName())).ifPresent(patch -> all.put(patch.name(), patch));
                }
            }
        }
        return all;
    }

    Optional<LoadedPatch> find(String name) throws IOException {
        try {
            Path directory = livepatch.resolve(name);
            return Optional.of(
                    new LoadedPatch(name, flag(directory.resolve("enabled")), flag(directory.resolve("transition"))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (Files.exists(livepatch.resolve(name))) {
                throw e;
            }
            return Optional.empty(); // ENODEV: it went while it was read
        }
    }

    private static boolean flag(Path file) throws IOException {
        return Files.readString(file).strip().equals("1");
    }

    /** Whether a module of this name is there, live or not. */
    boolean hasModule(String name) {
        return Files.isDirectory(modules.resolve(name));
    }

    /** Whether the module that is loaded was built as this file was: the file holds the module's build id. */
    boolean isBuiltAs(String name, Path file) throws IOException {
        Path note = modules.resolve(name).resolve("notes/.note.gnu.build-id");
        try {
            byte[] id = Files.readAllBytes(note);
            return id.length > 0 && indexOf(Files.readAllBytes(file), id) >= 0;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int at = 0; at + part.length <= all.length; at++) {
            if (Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }

    /** Loads a module, which begins its transition. @return what insmod says when the kernel does not take it */
    Optional<String> insert(Path file) throws IOException {
        return complaint(List.of("/sbin/insmod", file.toString()));
    }

    /** Unloads a module that is not live any more. @return why not */
    Optional<String> remove(String name) throws IOException {
        return hasModule(name) ? complaint(List.of("/sbin/rmmod", name)) : Optional.empty();
    }

    private static Optional<String> complaint(List<String> words) throws IOException {
        Command.Result result = Command.run(MODULE_LIMIT, Map.of(), words);
        return result.ok() ? Optional.empty() : Optional.of(result.tail());
    }

    /** Begins the way out of a patch; within its transition, reverses it. */
    void disable(String name) throws IOException {
        try {
            Files.writeString(livepatch.resolve(name).resolve("enabled"), "0");
        } catch (NoSuchFileException e) {
            // It is out.
        }
    }

    /** Turns a patch that is on its way out back in. */
    void enable(String name) throws IOException {
        Files.writeString(livepatch.resolve(name).resolve("enabled"), "1");
    }

    /**
     * Lets tasks that hold a transition up go on in the code they are in, and calls the transition over. What runs then is a mix
     * of both until they return.
     */
    void force(String name) throws IOException {
        Files.writeString(livepatch.resolve(name).resolve("force"), "1");
    }

    /**
     * The tasks that a transition still waits for.
     *
     * @param enabling which way it goes
     */
    List<HeldUp> heldUp(boolean enabling) throws IOException {
        String before = enabling ? "0" : "1"; // KLP_UNPATCHED, KLP_PATCHED
        List<HeldUp> all = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                Path tasks = process.resolve("task");
                if (Files.isDirectory(tasks)) {
                    addHeldUp(tasks, before, all);
                }
            }
        }
        return all;
    }

    private static void addHeldUp(Path tasks, String before, List<HeldUp> all) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                if (Files.readString(thread.resolve("patch_state")).strip().equals(before)) {
                    all.add(new HeldUp(
                            Long.parseLong(String.valueOf(thread.getFileName())),
                            Files.readString(thread.resolve("comm")).strip(),
                            innermost(thread.resolve("stack"))));
                }
            }
        } catch (IOException e) {
            // It ended while it was looked at, and holds nothing up.
        }
    }

    /** Of lines such as {@code [<0>] msleep+0x2d/0x40}, without its place in the function. */
    private static String innermost(Path stack) throws IOException {
        return Files.readAllLines(stack).stream()
                .map(line -> line.replaceFirst("^\\[<[^>]*>\\]\\s*", "")
                        .replaceFirst("\\+0x.*$", "")
                        .strip())
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("?");
    }

    /** What the kernel said lately about livepatches or a module, newest last. */
    List<String> said(String name) throws IOException {
        Command.Result log = Command.run(Duration.ofSeconds(10), Map.of(), List.of("/bin/dmesg"));
        return log.output()
                .lines()
                .filter(line -> line.contains(name) || line.contains("livepatch:"))
                .toList();
    }
}
