package dev.evenkeel.agent.preserve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The program that a VM's process runs, against what is installed in its place by now. */
public final class VmmBinary {
    /** What proc(5) appends to the name of a program whose file was replaced. */
    private static final String DELETED = " (deleted)";

    private VmmBinary() {}

    /**
     * Whether a process runs the very program that is installed where its own was: the same bytes, were they replaced and
     * brought back meanwhile.
     *
     * @throws IOException when there is no such process
     */
    public static boolean isInstalled(long process) throws IOException {
        Path running = Path.of("/proc", Long.toString(process), "exe");
        Path installed = installedFor(process);
        return Files.exists(installed)
                && (Files.isSameFile(running, installed) || Files.mismatch(running, installed) == -1);
    }

    /** The process of a VM, as its daemon noted it. */
    public static long processOf(Path run, String vm) throws IOException {
        String noted = Files.readString(run.resolve(vm + ".pid")).strip();
        try {
            return Long.parseLong(noted);
        } catch (NumberFormatException e) {
            throw new IOException(run.resolve(vm + ".pid") + " holds \"" + noted + "\", no process");
        }
    }

    /** Where the program of a process is installed, whatever lies there now. */
    public static Path installedFor(long process) throws IOException {
        String name = Files.readSymbolicLink(Path.of("/proc", Long.toString(process), "exe"))
                .toString();
        return Path.of(name.endsWith(DELETED) ? name.substring(0, name.length() - DELETED.length()) : name);
    }
}
