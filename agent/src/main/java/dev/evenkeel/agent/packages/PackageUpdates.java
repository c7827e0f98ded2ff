package dev.evenkeel.agent.packages;

import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings an update's packages onto the host and back. Nothing is touched before everything needed for the way forward
 * and the way back lies on the host, checked by digest. A note on disk says that dpkg may have begun; after a crash the
 * call may be repeated, which dpkg takes well: what is installed is installed again. No dpkg begins while a VM lives here.
 */
public final class PackageUpdates {
    /** Free space that must stay after the files were fetched, for each byte of package to unpack. */
    private static final int UNPACK_FACTOR = 4;

    /**
     * Once newer, these stay: Debian 13's base-files owns the links of the merged /usr, and dpkg would delete /bin, /lib
     * and /sbin on the way to an older one.
     */
    private static final Set<String> NEVER_BACK = Set.of("base-files");

    private static final Duration BUSY_PATIENCE = Duration.ofMinutes(2);

    private final Begun begun;
    private final CutOff cutOff;
    private final PayloadCache payloads;
    private final Dpkg dpkg;
    private final Services services;
    private final RunningSoftware running;
    private final Supplier<List<String>> livingVms;

    /**
     * @param state directory for notes of what was begun
     * @param livingVms names of the VMs that have memory to lose on this host now
     */
    public PackageUpdates(
            Path state,
            PayloadCache payloads,
            Services services,
            RunningSoftware running,
            Supplier<List<String>> livingVms) {
        this(state, payloads, new Dpkg(Duration.ofMinutes(20)), services, running, livingVms);
    }

    PackageUpdates(
            Path state,
            PayloadCache payloads,
            Dpkg dpkg,
            Services services,
            RunningSoftware running,
            Supplier<List<String>> livingVms) {
        this.begun = new Begun(state);
        this.cutOff = new CutOff(dpkg);
        this.payloads = payloads;
        this.dpkg = dpkg;
        this.services = services;
        this.running = running;
        this.livingVms = livingVms;
    }

    /** How an apply left the host when it was cut off; it does not go on by itself. */
    public Probe probeApply(EffectId effect, Update update, Method method) {
        return begun.by(effect, update)
                ? cutOff.look("applying", update, update.payload(method).orElseThrow())
                : new Probe.NotStarted();
    }

    /** The same for an undo. */
    public Probe probeUndo(EffectId effect, Update update, Method method) {
        if (begun.by(effect, update)) {
            return cutOff.look("undoing", update, update.payload(method).orElseThrow());
        }
        try {
            return begun.with(update) || running.isOn(update)
                    ? new Probe.NotStarted()
                    : new Probe.Ended(new Outcome.Changed(running.versions(), running.versions()));
        } catch (IOException e) {
            return new Probe.Unknown(Refusal.of("HOST_UNSEEN", "what runs can't be asked: " + e.getMessage()));
        }
    }

    /** Installs the payload's packages and restarts what the payload names. */
    public Outcome apply(EffectId effect, Update update, Method method) {
        try {
            return applyOrThrow(effect, update, update.payload(method).orElseThrow());
        } catch (IOException e) {
            Refusal why = Refusal.of("APPLY_IO", "applying " + update.id() + ": " + e.getMessage());
            return new Outcome.Failed(why, aftermath(update), !begun.with(update));
        }
    }

    private Aftermath aftermath(Update update) {
        return begun.with(update) ? Aftermath.CHANGED : Aftermath.UNCHANGED;
    }

    private Outcome applyOrThrow(EffectId effect, Update update, Payload payload) throws IOException {
        boolean again = begun.with(update);
        if (!again) {
            Refusal refusal = preflight(payload);
            if (refusal != null) {
                return new Outcome.Failed(refusal, Aftermath.UNCHANGED, false);
            }
        }
        List<Path> wayBack = fetchAll(payload.previous());
        List<Path> files = fetchAll(payload.packages());
        if (!again) {
            Refusal noWayBack = missingWayBack(payload);
            if (noWayBack != null) {
                return new Outcome.Failed(noWayBack, Aftermath.UNCHANGED, false);
            }
        }
        SortedMap<String, String> before = running.versions();
        if (wayBack.size() != payload.previous().size() || !awaitIdle()) {
            return new Outcome.Failed(busy(), aftermath(update), true);
        }
        // VMs may have come while files were fetched, or since an earlier try was cut off.
        Refusal filled = notEmpty();
        if (filled != null) {
            return new Outcome.Failed(filled, aftermath(update), false);
        }
        begun.note(effect, update);
        if (again) {
            dpkg.configurePending();
        }
        Command.Result result = dpkg.install(files);
        if (!result.ok()) {
            return new Outcome.Failed(
                    Refusal.of("DPKG_FAILED", "dpkg could not install " + update.id() + " (exit " + result.exit() + ")")
                            .with("output", result.tail()),
                    Aftermath.CHANGED,
                    false);
        }
        services.restart(payload.restart());
        TreeMap<String, String> after = new TreeMap<>(running.versions());
        return new Outcome.Changed(before, after);
    }

    /** Proves what runs; see {@link RunningSoftware#prove}. */
    public Outcome verify(Update update) {
        Outcome outcome = running.prove(update);
        if (outcome instanceof Outcome.Changed) {
            try {
                begun.over(update);
            } catch (IOException e) {
                return new Outcome.Unknown(Refusal.of("MARKER", "the marker can't be removed: " + e.getMessage()));
            }
        }
        return outcome;
    }

    /** Brings back the packages that were there before, removes those that were not, and proves it. */
    public Outcome undo(EffectId effect, Update update, Method method) {
        try {
            if (!begun.with(update) && !running.isOn(update)) {
                return new Outcome.Changed(running.versions(), running.versions());
            }
            Payload payload = update.payload(method).orElseThrow();
            SortedMap<String, String> before = versionsIfAsked();
            if (!awaitIdle()) {
                return new Outcome.Failed(busy(), Aftermath.CHANGED, true);
            }
            List<Path> wayBack = fetchAll(payload.previous().stream()
                    .filter(p -> !NEVER_BACK.contains(p.name()))
                    .toList());
            begun.note(effect, update);
            // New packages go first: they may share files with the previous ones, which would go with them afterwards.
            SortedMap<String, String> installed = dpkg.installed();
            List<String> there = payload.removeOnUndo().stream()
                    .filter(installed::containsKey)
                    .toList();
            Command.Result result = there.isEmpty() ? null : dpkg.purge(there);
            if (result == null || result.ok()) {
                result = dpkg.install(wayBack);
            }
            if (!result.ok()) {
                return new Outcome.Failed(
                        Refusal.of(
                                        "UNDO_FAILED",
                                        "dpkg could not undo " + update.id() + " (exit " + result.exit()
                                                + "); the previous packages lie in " + payloads.directory())
                                .with("output", result.tail()),
                        Aftermath.CHANGED,
                        false);
            }
            services.restart(payload.restart());
            SortedMap<String, String> after = running.versions();
            if (update.isOn(after)) {
                return new Outcome.Failed(
                        Refusal.of("UNDO_NOT_SEEN", "the host still runs " + after + " after the undo"),
                        Aftermath.CHANGED,
                        false);
            }
            begun.over(update);
            return new Outcome.Changed(before, after);
        } catch (IOException e) {
            return new Outcome.Failed(
                    Refusal.of("UNDO_IO", "undoing " + update.id() + ": " + e.getMessage()), Aftermath.CHANGED, true);
        }
    }

    /** A host that is half updated may have no daemon to ask; that must not keep it from being brought back. */
    private SortedMap<String, String> versionsIfAsked() {
        try {
            return running.versions();
        } catch (IOException e) {
            return new TreeMap<>();
        }
    }

    private @Nullable Refusal preflight(Payload payload) throws IOException {
        Refusal filled = notEmpty();
        if (filled != null) {
            return filled;
        }
        String broken = dpkg.audit();
        if (!broken.isEmpty()) {
            return Refusal.of("DPKG_BROKEN", "dpkg on this host has unfinished business; run dpkg --configure -a there")
                    .with("audit", broken.length() > 500 ? broken.substring(0, 500) : broken);
        }
        long unpack =
                payload.packages().stream().mapToLong(p -> p.size().value()).sum();
        long fetch = Stream.concat(payload.packages().stream(), payload.previous().stream())
                .filter(p -> !payloads.has(p))
                .mapToLong(p -> p.size().value())
                .sum();
        Files.createDirectories(payloads.directory());
        Refusal here = room(payloads.directory(), fetch);
        return here != null ? here : room(Path.of("/usr"), unpack * UNPACK_FACTOR);
    }

    private static @Nullable Refusal room(Path where, long needed) throws IOException {
        long free = Files.getFileStore(where).getUsableSpace();
        return free >= needed
                ? null
                : Refusal.of(
                        "DISK_FULL",
                        where + " has " + new Bytes(free) + " free, " + new Bytes(needed)
                                + " are needed; make room there");
    }

    private @Nullable Refusal notEmpty() {
        List<String> vms;
        try {
            vms = livingVms.get();
        } catch (LibvirtException e) {
            return Refusal.of("HOST_UNSEEN", "what lives on this host can't be seen: " + e.getMessage());
        }
        return vms.isEmpty()
                ? null
                : Refusal.of("HOST_NOT_EMPTY", vms.size() + " VMs live on this host: " + String.join(", ", vms));
    }

    /** A package that would be replaced must be in the set that brings back what is there now. */
    private @Nullable Refusal missingWayBack(Payload payload) throws IOException {
        SortedMap<String, String> installed = dpkg.installed();
        List<String> missing = new ArrayList<>();
        for (PackageFile file : payload.packages()) {
            String now = installed.get(file.name());
            boolean back = payload.previous().stream()
                    .anyMatch(p -> p.name().equals(file.name()) && p.version().equals(now));
            if (now != null && !now.equals(file.version()) && !back) {
                missing.add(file.name() + "=" + now);
            }
        }
        return missing.isEmpty()
                ? null
                : Refusal.of(
                        "NO_WAY_BACK",
                        "the manifest's previous set lacks what this host runs now: " + String.join(", ", missing)
                                + "; add these packages to it");
    }

    private List<Path> fetchAll(List<PackageFile> files) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (PackageFile file : files) {
            paths.add(payloads.fetch(file));
        }
        return paths;
    }

    private boolean awaitIdle() throws IOException {
        return Waiting.until(BUSY_PATIENCE, dpkg::idle);
    }

    private static Refusal busy() {
        return Refusal.of("DPKG_BUSY", "another dpkg or apt works on this host; try again when it has ended");
    }
}
