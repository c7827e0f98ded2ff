package dev.evenkeel.agent.metadata;

import dev.evenkeel.agent.link.GuestNotices;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.Approval;
import dev.evenkeel.wire.link.Documents;
import dev.evenkeel.wire.link.VmDocument;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * What this host's VMs are told and what they approved. The last documents outlive the agent, so that it can tell them
 * while the server is away; an approval is on disk before its VM hears that it was taken. Safe for many threads.
 */
public final class GuestDocuments implements GuestNotices {
    private static final Logger LOG = LoggerFactory.getLogger(GuestDocuments.class);

    private final Path documentsFile;
    private final Path approvalsFile;
    private final InstantSource clock;
    private final List<Runnable> changed = new CopyOnWriteArrayList<>();
    private volatile Runnable approved = () -> {};
    /** Read without the lock, which is held while a file is written. */
    private volatile Map<VmId, VmDocument> documents = Map.of();
    // The rest is guarded by this object's lock.
    private @Nullable String stamp;
    private List<Approval> unreported;
    /** Approvals that the server has, for as long as their events are told of: VMs say them again. */
    private final Set<String> settled = new TreeSet<>();

    /**
     * @param directory where both lie; made when it is not there
     * @throws IOException when it can't be used
     */
    public GuestDocuments(Path directory, InstantSource clock) throws IOException {
        this.clock = clock;
        this.documentsFile = directory.resolve("documents.json");
        this.approvalsFile = directory.resolve("approvals.json");
        PrivateFiles.makeDirectory(directory);
        this.unreported = readApprovals();
        readDocuments();
    }

    private List<Approval> readApprovals() throws IOException {
        if (!Files.exists(approvalsFile)) {
            return List.of();
        }
        try {
            return List.of(Json.mapper().readValue(Files.readAllBytes(approvalsFile), Approval[].class));
        } catch (JacksonException e) {
            LOG.error("{} is damaged and put aside; VMs have to approve once more", approvalsFile, e);
            Files.move(
                    approvalsFile,
                    approvalsFile.resolveSibling("approvals.damaged"),
                    StandardCopyOption.REPLACE_EXISTING);
            return List.of();
        }
    }

    private void readDocuments() {
        if (!Files.exists(documentsFile)) {
            return;
        }
        try {
            Documents last = Json.mapper().readValue(Files.readAllBytes(documentsFile), Documents.class);
            stamp = last.stamp();
            documents = byVm(last);
        } catch (IOException | JacksonException e) {
            LOG.warn("{} cannot be read; VMs are told nothing until the server says it again", documentsFile, e);
        }
    }

    private static Map<VmId, VmDocument> byVm(Documents all) {
        Map<VmId, VmDocument> map = new HashMap<>();
        all.vms().forEach(document -> map.put(document.vm(), document));
        return map;
    }

    @Override
    public synchronized @Nullable String stamp() {
        return stamp;
    }

    @Override
    public void take(Documents news) {
        synchronized (this) {
            Map<VmId, VmDocument> map = byVm(news);
            stamp = news.stamp();
            documents = map;
            Set<String> current = new TreeSet<>();
            map.values()
                    .forEach(d -> d.events().forEach(e -> current.add(e.event().id() + " " + d.vm())));
            settled.retainAll(current);
            try {
                PrivateFiles.write(documentsFile, Json.mapper().writeValueAsString(news));
            } catch (IOException e) {
                LOG.warn("what VMs are told is lost when the agent restarts before it has spoken to its server", e);
            }
        }
        changed.forEach(Runnable::run);
    }

    /** What a VM is told; empty when the server has not said whether there is anything. */
    public Optional<VmDocument> of(VmId vm) {
        return Optional.ofNullable(documents.get(vm));
    }

    /** Whom to tell after each change. */
    void onChange(Runnable listener) {
        changed.add(listener);
    }

    void forget(Runnable listener) {
        changed.remove(listener);
    }

    /**
     * A VM approves events; those that it approved before count as approved now.
     *
     * @return the first that it is not told of, in which case none is approved; else nothing
     * @throws IOException when it can't be kept, in which case none is approved
     */
    public Optional<String> approve(VmId vm, List<String> events) throws IOException {
        synchronized (this) {
            List<Approval> all = new ArrayList<>(unreported);
            VmDocument document = documents.getOrDefault(vm, VmDocument.empty(vm));
            for (String id : events) {
                Optional<EventId> event = document.events().stream()
                        .map(told -> told.event().id())
                        .filter(e -> e.value().equalsIgnoreCase(id))
                        .findFirst();
                if (event.isEmpty()) {
                    return Optional.of(id);
                }
                boolean known = settled.contains(event.get() + " " + vm)
                        || all.stream()
                                .anyMatch(a -> a.vm().equals(vm) && a.event().equals(event.get()));
                if (!known) {
                    all.add(new Approval(event.get(), vm, clock.instant().truncatedTo(ChronoUnit.MILLIS)));
                }
            }
            if (all.size() == unreported.size()) {
                return Optional.empty();
            }
            write(all);
            LOG.info("VM {} approves {}", vm, events);
        }
        approved.run();
        return Optional.empty();
    }

    private void write(List<Approval> all) throws IOException {
        PrivateFiles.write(approvalsFile, Json.mapper().writeValueAsString(all));
        unreported = List.copyOf(all);
    }

    @Override
    public synchronized List<Approval> unreported() {
        return unreported;
    }

    @Override
    public synchronized void accepted(List<Approval> approvals) {
        List<Approval> left = new ArrayList<>(unreported);
        if (!left.removeAll(approvals)) {
            return;
        }
        approvals.forEach(a -> settled.add(a.event() + " " + a.vm()));
        try {
            write(left);
        } catch (IOException e) {
            LOG.warn("approvals that the server has are said again: {}", e.toString());
        }
    }

    @Override
    public void onApproval(Runnable listener) {
        approved = listener;
        boolean some;
        synchronized (this) {
            some = !unreported.isEmpty();
        }
        if (some) {
            listener.run();
        }
    }
}
