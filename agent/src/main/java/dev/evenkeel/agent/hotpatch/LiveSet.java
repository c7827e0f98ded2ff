package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.core.JacksonException;

/** The patches that ought to be live on this host, on disk, so that they can be made live again after a reboot. */
final class LiveSet {
    /**
     * A patch that ought to be live.
     *
     * @param update whose it is
     * @param before what it replaced, which comes back when it goes
     */
    record Entry(UpdateId update, PatchFile patch, List<Entry> before) {
        Entry {
            before = before == null ? List.of() : List.copyOf(before);
        }
    }

    private record Entries(List<Entry> live) {
        Entries {
            live = List.copyOf(live);
        }
    }

    private final Path file;

    LiveSet(Path file) {
        this.file = file;
    }

    synchronized List<Entry> entries() throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Json.mapper()
                    .readValue(Files.readAllBytes(file), Entries.class)
                    .live();
        } catch (JacksonException e) {
            throw new IOException(
                    file
                            + ", the list of this host's hot patches, is damaged: delete it; what is live then shows as foreign",
                    e);
        }
    }

    /** These of an update are live now; those that they replaced are not any more. */
    synchronized void add(List<Entry> fresh) throws IOException {
        List<Entry> next = new ArrayList<>(entries());
        for (Entry entry : fresh) {
            next.removeIf(old -> old.patch().fact().equals(entry.patch().fact()));
            entry.before()
                    .forEach(replaced -> next.removeIf(
                            old -> old.patch().fact().equals(replaced.patch().fact())));
            next.add(entry);
        }
        write(next);
    }

    /** One is not live any more, and what it had replaced is. */
    synchronized void remove(Entry gone) throws IOException {
        List<Entry> next = new ArrayList<>(entries());
        next.removeIf(old -> old.patch().fact().equals(gone.patch().fact()));
        next.addAll(gone.before());
        write(next);
    }

    private void write(List<Entry> entries) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        PrivateFiles.write(file, Json.mapper().writeValueAsString(new Entries(entries)));
    }
}
