package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes that run VMs on this host, for when no daemon can be asked. */
final class VmProcesses {
    private VmProcesses() {}

    /** One phrase for each; empty when there is none. */
    static List<String> running() throws IOException {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                String name = name(process);
                if (name.startsWith("qemu-system") || name.startsWith("qemu-kvm")) {
                    found.add("process " + process.getFileName() + " (" + name + ")");
                }
            }
        }
        return found;
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // it has ended meanwhile
        }
    }
}
