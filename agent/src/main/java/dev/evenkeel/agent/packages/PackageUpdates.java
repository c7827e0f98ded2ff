package dev.evenkeel.agent.packages;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings an update's packages onto the host and back. Nothing is touched before everything needed for the way forward
 * and the way back lies on the host, checked by digest. A note on disk says that dpkg may have begun; after a crash the
 * call may be repeated, which dpkg takes well: what is installed is installed again. No dpkg begins while a VM lives here, unless VMs are to keep
 * their memory while it works.
 */
public final class PackageUpdates {
    /**
     * Once newer, these stay: Debian 13's base-files owns the links of the merged /usr, and dpkg would delete /bin, /lib
     * and /sbin on the way to an older one.
     */
    private static final Set<String> NEVER_BACK = Set.of("base-files");

    private final Begun begun;
    private final CutOff cutOff;
    private final PayloadCache payloads;
    private final Dpkg dpkg;
    private final Services services;
    private final RunningSoftware running;
    private final Readiness readiness;
    private final Closing closing;

    /**
     * @param state directory for notes of what was begun
     * @param livingVms names of the VMs that have memory to lose on this host now
     * @param closing keeps VMs away while dpkg works
     */
    public PackageUpdates(
            Path state,
            PayloadCache payloads,
            Services services,
            RunningSoftware running,
            Supplier<List<String>> livingVms,
            Closing closing) {
        this(state, payloads, new Dpkg(Duration.ofMinutes(20)), services, running, livingVms, closing);
    }

    PackageUpdates(
            Path state,
            PayloadCache payloads,
            Dpkg dpkg,
            Services services,
            RunningSoftware running,
            Supplier<List<String>> livingVms,
            Closing closing) {
        this.begun = new Begun(state);
        this.cutOff = new CutOff(dpkg);
        this.payloads = payloads;
        this.dpkg = dpkg;
        this.services = services;
        this.running = running;
        this.readiness = new Readiness(dpkg, payloads, livingVms);
        this.closing = closing;
    }

    /** A new life of the agent: the host is opened to VMs unless it was closed for one of these effects. */
    public void begins(Collection<EffectId> underWay) {
        closing.openUnless(underWay);
    }

    /** How an apply left the host when it was cut off; it does not go on by itself. */
    public Probe probeApply(EffectId effect, Update update, Method method) {
        Probe left = begun.by(effect, update)
                ? cutOff.look("applying", update, update.payload(method).orElseThrow())
                : new Probe.NotStarted();
        openAfter(effect);
        return left;
    }

    /** What was closed for an effect that is not gone on with is opened. */
    private void openAfter(EffectId effect) {
        if (closing.closedFor().filter(effect::equals).isPresent()) {
            closing.open();
        }
    }

    /** The same for an undo. */
    public Probe probeUndo(EffectId effect, Update update, Method method) {
        if (begun.by(effect, update)) {
            Probe left = cutOff.look("undoing", update, update.payload(method).orElseThrow());
            openAfter(effect);
            return left;
        }
        openAfter(effect);
        try {
            return begun.with(update) || running.isOn(update)
                    ? new Probe.NotStarted()
                    : new Probe.Ended(new Outcome.Changed(running.versions(), running.versions()));
        } catch (IOException e) {
            return new Probe.Unknown(Refusal.of("HOST_UNSEEN", "what runs can't be asked: " + e.getMessage()));
        }
    }

    /**
     * Brings all that an apply and its undo need onto the host and checks it, while nothing is touched yet.
     *
     * @return why an apply would come to nothing, or empty
     */
    public synchronized Optional<Refusal> lacking(Update update, Method method) {
        if (begun.with(update)) {
            return Optional.empty(); // it was checked then, and dpkg has begun
        }
        try {
            Payload payload = update.payload(method).orElseThrow();
            Refusal refusal = readiness.preflight(payload, () -> null);
            if (refusal == null) {
                List<Path> files = fetchAll(payload.packages());
                fetchAll(payload.previous());
                refusal = readiness.missingWayBack(payload);
                if (refusal == null) {
                    refusal = rehearsed(update, files);
                }
            }
            return Optional.ofNullable(refusal);
        } catch (IOException e) {
            return Optional.of(Refusal.of("APPLY_IO", "preparing " + update.id() + ": " + e.getMessage()));
        }
    }

    private @Nullable Refusal rehearsed(Update update, List<Path> files) throws IOException {
        Command.Result result = dpkg.rehearse(files);
        return result.ok()
                ? null
                : Refusal.of("DPKG_WOULD_FAIL", "dpkg says that it could not install " + update.id())
                        .with("output", result.tail());
    }

    /** Installs the payload's packages and restarts what the payload names. */
    public synchronized Outcome apply(EffectId effect, Update update, Method method) {
        try {
            return applyOrThrow(effect, update, update.payload(method).orElseThrow(), readiness.occupants(method));
        } catch (IOException e) {
            Refusal why = Refusal.of("APPLY_IO", "applying " + update.id() + ": " + e.getMessage());
            return new Outcome.Failed(why, aftermath(update), !begun.with(update));
        }
    }

    private Aftermath aftermath(Update update) {
        return begun.with(update) ? Aftermath.CHANGED : Aftermath.UNCHANGED;
    }

    private Outcome applyOrThrow(EffectId effect, Update update, Payload payload, Readiness.Occupants occupants)
            throws IOException {
        boolean again = begun.with(update);
        if (!again) {
            Refusal refusal = readiness.preflight(payload, occupants);
            if (refusal != null) {
                return new Outcome.Failed(refusal, Aftermath.UNCHANGED, false);
            }
        }
        List<Path> wayBack = fetchAll(payload.previous());
        List<Path> files = fetchAll(payload.packages());
        if (!again) {
            Refusal noWayBack = readiness.missingWayBack(payload);
            if (noWayBack != null) {
                return new Outcome.Failed(noWayBack, Aftermath.UNCHANGED, false);
            }
        }
        SortedMap<String, String> before = running.versions();
        if (wayBack.size() != payload.previous().size() || !readiness.awaitIdle()) {
            return new Outcome.Failed(Readiness.busy(), aftermath(update), true);
        }
        // VMs may have come while files were fetched, or since an earlier try was cut off.
        Refusal filled = occupants.inTheWay();
        if (filled != null) {
            return new Outcome.Failed(filled, aftermath(update), false);
        }
        closing.close(effect);
        try {
            filled = occupants.inTheWay(); // whoever slipped in before the door was shut
            return filled != null
                    ? new Outcome.Failed(filled, aftermath(update), false)
                    : install(effect, update, payload, files, before, again);
        } finally {
            reopen();
        }
    }

    /** Not before dpkg rests: one that took too long, or whose agent was killed, may work still. */
    private void reopen() throws IOException {
        try {
            dpkg.rests();
        } finally {
            closing.open();
        }
    }

    private Outcome install(
            EffectId effect,
            Update update,
            Payload payload,
            List<Path> files,
            SortedMap<String, String> before,
            boolean again)
            throws IOException {
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
    public synchronized Outcome verify(Update update) {
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
    public synchronized Outcome undo(EffectId effect, Update update, Method method) {
        try {
            if (!begun.with(update) && !running.isOn(update)) {
                return new Outcome.Changed(running.versions(), running.versions());
            }
            Payload payload = update.payload(method).orElseThrow();
            SortedMap<String, String> before = versionsIfAsked();
            if (method == Method.PRESERVE_KERNEL && update.isOn(before)) {
                Refusal runs = Refusal.of(
                        "KERNEL_RUNS",
                        "the kernel of " + update.id() + " runs, and its files must stay until it does not");
                return new Outcome.Failed(runs, Aftermath.CHANGED, false);
            }
            if (!readiness.awaitIdle()) {
                return new Outcome.Failed(Readiness.busy(), Aftermath.CHANGED, true);
            }
            Readiness.Occupants occupants = readiness.occupantsAtUndo(method);
            Refusal filled = occupants.inTheWay();
            if (filled != null) {
                return new Outcome.Failed(filled, Aftermath.CHANGED, true);
            }
            List<Path> wayBack = fetchAll(payload.previous().stream()
                    .filter(p -> !NEVER_BACK.contains(p.name()))
                    .toList());
            closing.close(effect);
            try {
                filled = occupants.inTheWay();
                return filled != null
                        ? new Outcome.Failed(filled, Aftermath.CHANGED, true)
                        : bringBack(effect, update, payload, wayBack, before);
            } finally {
                reopen();
            }
        } catch (IOException e) {
            return new Outcome.Failed(
                    Refusal.of("UNDO_IO", "undoing " + update.id() + ": " + e.getMessage()), Aftermath.CHANGED, true);
        }
    }

    private Outcome bringBack(
            EffectId effect, Update update, Payload payload, List<Path> wayBack, SortedMap<String, String> before)
            throws IOException {
        begun.note(effect, update);
        // New packages go first: they may share files with the previous ones, which would go with them afterwards.
        SortedMap<String, String> installed = dpkg.installed();
        List<String> there =
                payload.removeOnUndo().stream().filter(installed::containsKey).toList();
        Command.Result result = there.isEmpty() ? null : dpkg.purge(there);
        if (!wayBack.isEmpty() && (result == null || result.ok())) { // dpkg takes no empty list
            result = dpkg.install(wayBack);
        }
        if (result != null && !result.ok()) {
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
    }

    /** A host that is half updated may have no daemon to ask; that must not keep it from being brought back. */
    private SortedMap<String, String> versionsIfAsked() {
        try {
            return running.versions();
        } catch (IOException e) {
            return new TreeMap<>();
        }
    }

    private List<Path> fetchAll(List<PackageFile> files) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (PackageFile file : files) {
            paths.add(payloads.fetch(file));
        }
        return paths;
    }
}
