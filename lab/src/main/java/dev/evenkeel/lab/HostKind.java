package dev.evenkeel.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a lab host is made of. */
public enum HostKind {
    /** Namespaces on the machine's own kernel. */
    NAMESPACES,
    /** A computer under emulation with a kernel of its own. */
    KERNEL;

    /** The form kept in files. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the form that {@link #toString} writes. */
    static HostKind parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** The words that run a command inside a host of this kind, given the host's process 1. */
    List<String> inside(long init, List<String> words) {
        List<String> all = new ArrayList<>(
                List.of("nsenter", "-t", Long.toString(init), "-m", "-u", "-i", "-n", "-p", "-r", "-w", "--"));
        switch (this) {
            case NAMESPACES -> all.addAll(words);
            case KERNEL -> {
                // The namespaces hold the emulator only; from there the way into the host is by ssh, whose far end
                // is a shell.
                all.addAll(List.of("ssh", "inside"));
                words.forEach(word -> all.add("'" + word.replace("'", "'\\''") + "'"));
            }
        }
        return all;
    }
}
