package dev.evenkeel.agent.preserve;

import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hand-over that is under way, in files that outlive this agent and that the daemons' hook reads: which daemon may have the VM
 * next, and where its memory is kept. It lies in {@code /run}, which a reboot empties, as it does the memory.
 */
final class HandoverOrder {
    private static final Logger LOG = LoggerFactory.getLogger(HandoverOrder.class);
    private static final String KEPT = "evenkeel-kept";
    private static final String TELLER = "teller-"; // and its process id: with its end the hook's wait ends
    private static final String TOLD = "told";
    private static final String NOT_TOLD = "not-told";

    private final UUID vm;
    private final Path directory;

    private HandoverOrder(UUID vm, Path directory) {
        this.vm = vm;
        this.directory = directory;
    }

    /** Which of this host's two daemons. */
    enum Side {
        /** The operator's, where {@code virsh} looks. */
        HOME,
        /** Ours, which lives no longer than the hand-overs. */
        SECOND
    }

    /** Writes it down and gives every file of the memory a second name, which the old process's end does not take away. */
    static HandoverOrder begin(Path all, UUID vm, SharedMemory memory) {
        Path directory = all.resolve(vm.toString());
        HandoverOrder order = new HandoverOrder(vm, directory);
        try {
            Files.createDirectories(directory);
            // a file is BASE/libvirt/qemu/ID-NAME/FILE; its second name lies where no one but the daemons may write
            Path libvirts = memory.files().getFirst().resolve("../../..").normalize();
            Path kept = libvirts.resolve(KEPT).resolve(vm.toString());
            order.write("memory", kept.toString());
            Files.createDirectories(kept);
            for (Side side : Side.values()) {
                order.write(ready(side), word(side)); // to be renamed, for which a full disk has room
            }
            for (Path file : memory.files()) {
                Path link = kept.resolve(file.getFileName());
                Files.deleteIfExists(link);
                Files.createLink(link, file);
            }
            return order;
        } catch (IOException e) {
            order.end();
            throw new UncheckedIOException(
                    "the hand-over of VM " + vm + " cannot be prepared in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** The one that an earlier life of this agent left. */
    static Optional<HandoverOrder> find(Path all, UUID vm) {
        Path directory = all.resolve(vm.toString());
        return Files.isDirectory(directory) ? Optional.of(new HandoverOrder(vm, directory)) : Optional.empty();
    }

    /** From now on only this daemon may start the VM's next process, and it waits until that was told what to expect. */
    void next(Side side) throws IOException {
        Files.deleteIfExists(directory.resolve(TOLD));
        Files.deleteIfExists(directory.resolve(NOT_TOLD));
        try (DirectoryStream<Path> earlier = Files.newDirectoryStream(directory, TELLER + '*')) {
            for (Path each : earlier) {
                Files.delete(each);
            }
        }
        Files.createFile(directory.resolve(TELLER + ProcessHandle.current().pid()));
        if (side().filter(side::equals).isPresent()) {
            return;
        }
        Path ready = directory.resolve(ready(side));
        if (Files.exists(ready)) {
            Files.move(ready, directory.resolve("to"), StandardCopyOption.ATOMIC_MOVE);
        } else {
            write("to", word(side));
        }
    }

    /** The next process knows what to expect: the daemon's hook lets the stream come. An empty file, for which a full disk has room. */
    void told() throws IOException {
        Files.createFile(directory.resolve(TOLD));
    }

    /** Nobody tells the next process any more, unless somebody did: the hook ends the hop before the VM notices. */
    void notTold() {
        try {
            if (!Files.exists(directory.resolve(TOLD)) && !Files.exists(directory.resolve(NOT_TOLD))) {
                Files.createFile(directory.resolve(NOT_TOLD));
            }
        } catch (IOException e) {
            LOG.warn("VM {}: the hook will wait a minute for what does not come: {}", vm, e.getMessage());
        }
    }

    private static String ready(Side side) {
        return "to." + word(side);
    }

    private static String word(Side side) {
        return side.name().toLowerCase(Locale.ROOT);
    }

    /** The daemon that may have the VM next; empty before the first hop. */
    Optional<Side> side() {
        Path file = directory.resolve("to");
        try {
            return Files.exists(file)
                    ? Optional.of(Side.valueOf(Files.readString(file).strip().toUpperCase(Locale.ROOT)))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("the hand-over of VM " + vm + " cannot be read from " + directory, e);
        }
    }

    /** A place for the sockets of a hop, owned by whom the memory belongs to: QEMU's user. */
    Path sockets() throws IOException {
        Path sockets = directory.resolve("io");
        if (!Files.isDirectory(sockets)) {
            Files.createDirectory(
                    sockets, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (Stream<Path> files = Files.list(kept())) {
                Files.setAttribute(
                        sockets,
                        "unix:uid",
                        Files.getAttribute(files.findFirst().orElseThrow(), "unix:uid"));
            }
        }
        return sockets;
    }

    /** Where the memory's second names are. */
    Path kept() throws IOException {
        return Path.of(Files.readString(directory.resolve("memory")).strip());
    }

    /** Takes everything away again; the process that has the memory keeps it. */
    void end() {
        try {
            if (Files.exists(directory.resolve("memory"))) {
                delete(kept());
            }
            delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("what is left of the hand-over of VM " + vm + " cannot be deleted", e);
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(entry);
            }
        }
    }

    private void write(String name, String text) throws IOException {
        PrivateFiles.write(directory.resolve(name), text + "\n");
    }
}
