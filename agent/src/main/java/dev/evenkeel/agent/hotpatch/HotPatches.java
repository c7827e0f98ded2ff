package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.agent.hotpatch.jvm.JvmPatcher;
import dev.evenkeel.agent.hotpatch.jvm.Limits;
import dev.evenkeel.agent.hotpatch.process.NativePatcher;
import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.packages.Begun;
import dev.evenkeel.agent.packages.PayloadCache;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.impact.HotPatching;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings an update's hot patches onto the host and back while VMs run on. All of an update's patches for this host go in, or none:
 * one that is refused takes those before it out again. Whether VMs felt it is measured by their own clocks.
 */
public final class HotPatches {
    private static final Logger LOG = LoggerFactory.getLogger(HotPatches.class);

    private final Begun begun;
    private final LiveSet wanted;
    private final LivePatches live;
    private final LivepatchKernel kernel;
    private final PayloadCache payloads;
    private final Supplier<Connection> libvirt;

    /** Finds the manifest of an update that this host has had. */
    @FunctionalInterface
    public interface Catalogue {
        Optional<Update> find(UpdateId id) throws IOException;
    }

    /**
     * @param state directory for what ought to be live, and for notes of what was begun
     * @param patience for a transition of the kernel, each way
     */
    public HotPatches(
            Path state, PayloadCache payloads, Duration patience, Supplier<Connection> libvirt, Catalogue catalogue) {
        this(state, payloads, new LivepatchKernel(), patience, libvirt, catalogue);
    }

    HotPatches(
            Path state,
            PayloadCache payloads,
            LivepatchKernel kernel,
            Duration patience,
            Supplier<Connection> libvirt,
            Catalogue catalogue) {
        this.begun = new Begun(state);
        this.wanted = new LiveSet(state.resolve("live.json"));
        this.kernel = kernel;
        this.payloads = payloads;
        this.libvirt = libvirt;
        Map<PatchFile.Kind, Mechanism> mechanisms = new EnumMap<>(PatchFile.Kind.class);
        mechanisms.put(PatchFile.Kind.LIVEPATCH, new Livepatching(kernel, patience));
        mechanisms.put(PatchFile.Kind.JVM, new JvmPatching(new JvmPatcher(state.resolve("old-classes"), Limits.USUAL)));
        mechanisms.put(PatchFile.Kind.NATIVE, new NativePatching(new NativePatcher()));
        this.live = new LivePatches(wanted, kernel, mechanisms, payloads, catalogue);
    }

    /** The kinds of patch that this host takes, as {@link HotPatching} names capabilities. */
    public SortedSet<String> capabilities() {
        TreeSet<String> all = new TreeSet<>();
        if (kernel.takesPatches()) {
            all.add(HotPatching.LIVEPATCH);
        }
        if (JvmPatching.isPossible()) {
            all.add(HotPatching.JVM_PATCH);
        }
        if (kernel.mayTrace()) {
            all.add(HotPatching.NATIVE_PATCH);
        }
        return all;
    }

    /**
     * What is live, by name as in {@link PatchFile#fact}: its version; {@code foreign} when somebody else has brought it in,
     * {@code missing} when it ought to be live and is not, {@code changing} meanwhile.
     */
    public SortedMap<String, String> facts() throws IOException {
        return live.facts();
    }

    /** Makes live again what a reboot has taken. */
    public synchronized void restore() {
        live.isChanging(true);
        try {
            live.restore();
        } catch (IOException e) {
            LOG.warn("hot patches that ought to be live can't be made so: {}", e.getMessage());
        } finally {
            live.isChanging(false);
        }
    }

    /** Patches that are wanted go into processes that have started since. Meant to be called now and then. */
    public synchronized void keepUp() {
        try {
            live.keepUp();
        } catch (IOException e) {
            LOG.warn("processes that started since can't be patched: {}", e.getMessage());
        }
    }

    /** Whether an update is here, or half here, as a hot patch. */
    public boolean has(Update update) {
        try {
            return begun.with(update) || !entries(update).isEmpty();
        } catch (IOException e) {
            LOG.warn("which hot patches ought to be live can't be read: {}", e.getMessage());
            return begun.with(update);
        }
    }

    /** Makes all of an update's patches live that are for this host. */
    public synchronized Outcome apply(EffectId effect, Update update) {
        live.isChanging(true);
        try {
            return applyOrThrow(effect, update);
        } catch (IOException e) {
            Refusal why = Refusal.of("PATCH_IO", "making " + update.id() + " live: " + e.getMessage());
            boolean untouched = !begun.with(update);
            return new Outcome.Failed(why, untouched ? Aftermath.UNCHANGED : Aftermath.CHANGED, untouched);
        } finally {
            live.isChanging(false);
        }
    }

    private Outcome applyOrThrow(EffectId effect, Update update) throws IOException {
        SortedMap<String, String> before = live.versions();
        Map<PatchFile, Path> files = new LinkedHashMap<>();
        for (PatchFile patch : update.patchesFor(before)) {
            files.put(patch, payloads.fetch(patch));
        }
        Refusal no = files.isEmpty()
                ? Refusal.of("NO_PATCH_FOR_BUILD", update.id() + " has no hot patch for " + before.get("kernel"))
                : preflight(files);
        if (no != null) {
            return new Outcome.Failed(no, begun.with(update) ? Aftermath.CHANGED : Aftermath.UNCHANGED, false);
        }
        Undisturbed vms = Undisturbed.watch(libvirt);
        List<LiveSet.Entry> there = wanted.entries();
        begun.note(effect, update);
        List<PatchFile> in = new ArrayList<>();
        for (var file : files.entrySet()) {
            PatchFile patch = file.getKey();
            GoneIn now = live.mechanism(patch).goIn(patch, file.getValue());
            switch (now) {
                case GoneIn.Done d -> in.add(patch);
                case GoneIn.Refused r -> {
                    return takenBack(update, in, r.why());
                }
                case GoneIn.Stuck s -> {
                    return new Outcome.Failed(s.why(), Aftermath.CHANGED, false);
                }
            }
        }
        remember(update, in, there);
        return new Outcome.Changed(before, live.versions(), vms.seen());
    }

    private @Nullable Refusal preflight(Map<PatchFile, Path> files) throws IOException {
        for (var file : files.entrySet()) {
            Refusal no = live.mechanism(file.getKey()).preflight(file.getKey(), file.getValue());
            if (no != null) {
                return no;
            }
        }
        return null;
    }

    /** One was refused: those that went in before it come out again. */
    private Outcome takenBack(Update update, List<PatchFile> in, Refusal why) throws IOException {
        for (PatchFile patch : in.reversed()) {
            GoneIn out = live.mechanism(patch).comeOut(patch);
            if (!(out instanceof GoneIn.Done)) {
                return new Outcome.Failed(why.with(patch.name(), "is live still: " + out), Aftermath.CHANGED, false);
            }
        }
        begun.over(update);
        return new Outcome.Failed(why, Aftermath.UNCHANGED, false);
    }

    /** What is live no more because these replaced it comes back when they go. */
    private void remember(Update update, List<PatchFile> in, List<LiveSet.Entry> there) throws IOException {
        List<LiveSet.Entry> replaced = new ArrayList<>();
        for (LiveSet.Entry entry : there) {
            boolean ours = in.stream()
                    .anyMatch(patch -> patch.fact().equals(entry.patch().fact()));
            if (!ours && !live.isLive(entry.patch())) {
                replaced.add(entry);
            }
        }
        List<LiveSet.Entry> fresh = new ArrayList<>();
        for (PatchFile patch : in) {
            Optional<LiveSet.Entry> known = there.stream()
                    .filter(entry -> entry.patch().fact().equals(patch.fact()))
                    .findFirst();
            List<LiveSet.Entry> before = fresh.isEmpty() ? new ArrayList<>(replaced) : new ArrayList<>();
            if (known.isPresent() && known.get().patch().equals(patch)) {
                before = known.get().before(); // it was live already
            } else {
                known.ifPresent(before::add); // another version of it
            }
            fresh.add(new LiveSet.Entry(update.id(), patch, before));
        }
        wanted.add(fresh);
        for (LiveSet.Entry gone : replaced) {
            GoneIn out = live.mechanism(gone.patch()).comeOut(gone.patch());
            LOG.info("{} was replaced: {}", gone.patch().name(), out);
        }
    }

    /** Proves that all of an update's patches for this host are live. */
    public Outcome verify(Update update) {
        try {
            SortedMap<String, String> versions = live.versions();
            if (!update.isPatchedIn(versions)) {
                Refusal why = Refusal.of("NOT_LIVE", "the host does not have " + update.id() + " live: " + versions);
                return new Outcome.Failed(why, Aftermath.CHANGED, false);
            }
            begun.over(update);
            return new Outcome.Changed(new TreeMap<>(), versions);
        } catch (IOException e) {
            Refusal why = Refusal.of("NOT_LIVE", "what is live can't be read: " + e.getMessage());
            return new Outcome.Failed(why, Aftermath.CHANGED, true);
        }
    }

    /** Takes an update's patches out; what they had replaced is live again. */
    public synchronized Outcome undo(EffectId effect, Update update) {
        live.isChanging(true);
        try {
            return undoOrThrow(effect, update);
        } catch (IOException e) {
            Refusal why = Refusal.of("UNDO_IO", "taking " + update.id() + " out: " + e.getMessage());
            return new Outcome.Failed(why, Aftermath.CHANGED, true);
        } finally {
            live.isChanging(false);
        }
    }

    private Outcome undoOrThrow(EffectId effect, Update update) throws IOException {
        SortedMap<String, String> before = live.versions();
        List<LiveSet.Entry> mine = entries(update);
        if (mine.isEmpty()) {
            begun.over(update);
            return new Outcome.Changed(before, before);
        }
        Undisturbed vms = Undisturbed.watch(libvirt);
        boolean touched = begun.with(update);
        begun.note(effect, update);
        for (LiveSet.Entry entry : mine.reversed()) {
            Outcome.Failed no = comesOut(entry, touched);
            if (no != null) {
                if (no.aftermath() == Aftermath.UNCHANGED) {
                    begun.over(update);
                }
                return no;
            }
            touched = true;
            wanted.remove(entry);
        }
        begun.over(update);
        return new Outcome.Changed(before, live.versions(), vms.seen());
    }

    private Outcome.@Nullable Failed comesOut(LiveSet.Entry entry, boolean touched) throws IOException {
        Aftermath refused = touched ? Aftermath.CHANGED : Aftermath.UNCHANGED;
        for (LiveSet.Entry earlier : entry.before()) {
            Path file = payloads.fetch(earlier.patch());
            Refusal no = live.mechanism(earlier.patch()).preflight(earlier.patch(), file);
            GoneIn back =
                    no == null ? live.mechanism(earlier.patch()).goIn(earlier.patch(), file) : new GoneIn.Refused(no);
            switch (back) {
                case GoneIn.Done d ->
                    LOG.info("{} is live again", earlier.patch().name());
                case GoneIn.Refused r -> {
                    return new Outcome.Failed(
                            r.why().with("before", earlier.patch().name()), refused, false);
                }
                case GoneIn.Stuck s -> {
                    return new Outcome.Failed(s.why(), Aftermath.CHANGED, false);
                }
            }
        }
        return switch (live.mechanism(entry.patch()).comeOut(entry.patch())) {
            case GoneIn.Done d -> null;
            case GoneIn.Refused r -> new Outcome.Failed(r.why(), refused, false);
            case GoneIn.Stuck s -> new Outcome.Failed(s.why(), Aftermath.CHANGED, false);
        };
    }

    /** What of an update is live here or ought to be; also what went in before an agent died that could not note it. */
    private List<LiveSet.Entry> entries(Update update) throws IOException {
        List<LiveSet.Entry> mine = new ArrayList<>(wanted.entries().stream()
                .filter(entry -> entry.update().equals(update.id()))
                .toList());
        if (begun.with(update)) {
            for (PatchFile patch : update.patchesFor(new TreeMap<>(Map.of("kernel", kernel.release())))) {
                boolean known = mine.stream().anyMatch(e -> e.patch().equals(patch));
                if (!known && mayBeIn(patch)) {
                    mine.add(new LiveSet.Entry(update.id(), patch, List.of()));
                }
            }
        }
        return mine;
    }

    /** One that went into processes is asked of them when it is taken out. */
    private boolean mayBeIn(PatchFile patch) throws IOException {
        Optional<Path> file = payloads.find(patch);
        return file.isPresent()
                && (patch.kind() != PatchFile.Kind.LIVEPATCH
                        || kernel.find(patch.name()).isPresent() && kernel.isBuiltAs(patch.name(), file.get()));
    }

    /** How an effect left the host when it was cut off, whichever way it went. */
    public Probe probe(EffectId effect, Update update, boolean in) {
        if (!begun.by(effect, update)) {
            return new Probe.NotStarted();
        }
        try {
            SortedMap<String, String> now = live.versions();
            boolean on = update.isPatchedIn(now);
            boolean off = entries(update).isEmpty();
            if (on && in || off && !in) {
                return new Probe.Ended(new Outcome.Changed(now, now));
            }
            return on || off
                    ? new Probe.NotStarted()
                    : new Probe.Ended(new Outcome.Failed(
                            Refusal.of("CUT_OFF", update.id() + " was cut off half-way: " + now),
                            Aftermath.CHANGED,
                            false));
        } catch (IOException e) {
            return new Probe.Unknown(Refusal.of("HOST_UNSEEN", "what is live can't be read: " + e.getMessage()));
        }
    }
}
