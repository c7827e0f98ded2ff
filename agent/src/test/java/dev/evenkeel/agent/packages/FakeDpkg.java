package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A package manager whose packages are names and versions; a package file says {@code name_version}. */
final class FakeDpkg extends Dpkg {
    final TreeMap<String, String> installed = new TreeMap<>();
    final List<String> calls = new ArrayList<>();
    String unfinished = "";
    /** Happens in the middle of every call that changes something. */
    Runnable meanwhile = () -> {};

    boolean idle = true;
    /** What it says when it is asked whether it could install something. */
    String wouldFail = "";

    FakeDpkg() {
        super(Duration.ZERO);
    }

    /** The host's power fails, or the agent is killed, in the middle of dpkg. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Override
    SortedMap<String, String> installed() {
        return new TreeMap<>(installed);
    }

    @Override
    String audit() {
        return unfinished;
    }

    @Override
    Command.Result install(List<Path> files) {
        calls.add("install");
        if (files.isEmpty()) {
            return new Command.Result(2, "needs at least one package archive file argument");
        }
        for (Path file : files) {
            String[] words = read(file).split("_");
            meanwhile.run();
            installed.put(words[0], words[1]);
        }
        return new Command.Result(0, "");
    }

    @Override
    Command.Result rehearse(List<Path> files) {
        calls.add("rehearse");
        return wouldFail.isEmpty() ? new Command.Result(0, "") : new Command.Result(1, wouldFail);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    Command.Result configurePending() {
        calls.add("configure");
        unfinished = "";
        return new Command.Result(0, "");
    }

    @Override
    Command.Result purge(List<String> names) {
        calls.add("purge");
        meanwhile.run();
        names.forEach(installed::remove);
        return new Command.Result(0, "");
    }

    @Override
    boolean idle() {
        return idle;
    }
}
