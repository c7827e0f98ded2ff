package dev.evenkeel.agent.trust;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.Orders;
import dev.evenkeel.wire.trust.PrivateFiles;
import dev.evenkeel.wire.tuf.TrustedFiles;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/**
 * The manifests of the updates that orders speak of, word for word: as they came in {@code updates/}, and in {@code
 * updates/admitted/} those that the pinned root led to, with a note in {@code updates/orders/} of each order that was let through. They stay: an undo may come when the server is away, or the update revoked.
 */
public final class Manifests {
    private final Path received;
    private final Path admitted;
    private final Path orders;
    private final TrustedFiles trust;

    /** @param state the agent's directory */
    public Manifests(Path state) {
        this.received = state.resolve("updates");
        this.admitted = received.resolve("admitted");
        this.orders = received.resolve("orders");
        this.trust = new TrustedFiles(state.resolve("trust"));
    }

    /** Where the pinned root lies, and what it leads to. */
    public TrustedFiles trust() {
        return trust;
    }

    /** Keeps manifests as they came; nothing is done by them before they are admitted. */
    public void keep(List<Orders.Manifest> manifests) throws IOException {
        for (Orders.Manifest manifest : manifests) {
            write(received, manifest.id(), manifest.text().getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * The manifest by which the host may be changed: the one that was admitted; on a host without a pinned root the one that came.
     *
     * @throws IOException when it cannot be read
     */
    public Optional<Update> find(UpdateId id) throws IOException {
        Path file = file(trust.isPinned() ? admitted : received, id);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.mapper().readValue(Files.readAllBytes(file), Update.class));
        } catch (JacksonException e) {
            throw new IOException("the manifest " + file + " is damaged: delete it, and the next order brings it", e);
        }
    }

    /** What came of this update; empty when no order has spoken of it. */
    Optional<byte[]> received(UpdateId id) throws IOException {
        Path file = file(received, id);
        return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    }

    boolean isAdmitted(UpdateId id) {
        return Files.exists(file(admitted, id));
    }

    void admit(UpdateId id, byte[] manifest) throws IOException {
        write(admitted, id, manifest);
    }

    /** What came before there was a root was trusted then, and may have to be undone. */
    void admitAll() throws IOException {
        Files.createDirectories(admitted);
        try (Stream<Path> files = Files.list(received)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, admitted.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    boolean hasLetThrough(EffectId order) {
        return Files.exists(note(order));
    }

    void letThrough(EffectId order) throws IOException {
        Files.createDirectories(orders);
        PrivateFiles.write(note(order), "");
    }

    void forgetOrdersBut(Collection<EffectId> underWay) throws IOException {
        if (!Files.isDirectory(orders)) {
            return;
        }
        Set<Path> kept = new HashSet<>();
        underWay.forEach(order -> kept.add(note(order)));
        try (Stream<Path> notes = Files.list(orders)) {
            for (Path note : notes.filter(n -> !kept.contains(n)).toList()) {
                Files.delete(note);
            }
        }
    }

    private Path note(EffectId order) {
        return orders.resolve(URLEncoder.encode(order.value(), StandardCharsets.UTF_8));
    }

    private static void write(Path directory, UpdateId id, byte[] bytes) throws IOException {
        Path file = file(directory, id);
        if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), bytes)) {
            Files.createDirectories(directory);
            Path beside = directory.resolve(file.getFileName() + ".new");
            Files.write(beside, bytes);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static Path file(Path directory, UpdateId id) {
        return directory.resolve(URLEncoder.encode(id.value(), StandardCharsets.UTF_8) + ".json");
    }
}
