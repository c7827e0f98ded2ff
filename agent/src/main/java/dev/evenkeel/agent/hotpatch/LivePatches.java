package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.agent.packages.PayloadCache;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.PatchFile.Standing;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this host has live and what it ought to have: tells it, and makes it so again after a reboot. */
final class LivePatches {
    private static final Logger LOG = LoggerFactory.getLogger(LivePatches.class);

    private static final Pattern PART = Pattern.compile("([0-9]+)|([^0-9]+)");

    private final LiveSet wanted;
    private final LivepatchKernel kernel;
    private final Map<PatchFile.Kind, Mechanism> mechanisms;
    private final PayloadCache payloads;
    private final HotPatches.Catalogue catalogue;
    private volatile boolean changing;

    LivePatches(
            LiveSet wanted,
            LivepatchKernel kernel,
            Map<PatchFile.Kind, Mechanism> mechanisms,
            PayloadCache payloads,
            HotPatches.Catalogue catalogue) {
        this.wanted = wanted;
        this.kernel = kernel;
        this.mechanisms = Map.copyOf(mechanisms);
        this.payloads = payloads;
        this.catalogue = catalogue;
    }

    Mechanism mechanism(PatchFile patch) {
        Mechanism mechanism = mechanisms.get(patch.kind());
        if (mechanism == null) {
            throw new IllegalStateException("this agent has no mechanism for " + patch.kind());
        }
        return mechanism;
    }

    /** While it is, what is not there is not missing. */
    void isChanging(boolean now) {
        changing = now;
    }

    boolean isLive(PatchFile patch) throws IOException {
        Optional<Path> file = payloads.find(patch);
        return file.isPresent() && mechanism(patch).isLive(patch, file.get());
    }

    /** By name as in {@link PatchFile#fact}: a version, or another {@link Standing}. */
    SortedMap<String, String> facts() throws IOException {
        TreeMap<String, String> facts = new TreeMap<>();
        for (LoadedPatch loaded : kernel.patches().values()) {
            facts.put(
                    PatchFile.Kind.LIVEPATCH.name().toLowerCase(java.util.Locale.ROOT) + "." + loaded.name(),
                    (loaded.transition() || changing ? Standing.CHANGING : Standing.FOREIGN).word());
        }
        for (LiveSet.Entry entry : wanted.entries()) {
            PatchFile patch = entry.patch();
            if (isLive(patch)) {
                facts.put(patch.fact(), patch.version());
            } else {
                facts.putIfAbsent(patch.fact(), (changing ? Standing.CHANGING : Standing.MISSING).word());
            }
        }
        return facts;
    }

    /** The same beside the kernel's release, which says what livepatches are for. */
    SortedMap<String, String> versions() throws IOException {
        TreeMap<String, String> all = new TreeMap<>(facts());
        all.put("kernel", kernel.release());
        return all;
    }

    /** Makes live what ought to be and is not: a reboot has taken it. */
    void restore() throws IOException {
        SortedMap<String, String> runs = new TreeMap<>(Map.of("kernel", kernel.release()));
        for (LiveSet.Entry entry : wanted.entries()) {
            if (isLive(entry.patch())) {
                continue;
            }
            boolean fits = entry.patch().kind() != PatchFile.Kind.LIVEPATCH
                    || entry.patch().target().equals(runs.get("kernel"));
            if (fits) {
                restore(entry.patch());
            } else {
                otherKernel(entry, runs);
            }
        }
    }

    /** Processes that started since a patch went in take it too. */
    void keepUp() throws IOException {
        for (LiveSet.Entry entry : wanted.entries()) {
            Optional<Path> file = payloads.find(entry.patch());
            if (file.isPresent()) {
                mechanism(entry.patch()).keepUp(entry.patch(), file.get());
            }
        }
    }

    private void restore(PatchFile patch) throws IOException {
        Path file = payloads.fetch(patch);
        Mechanism mechanism = mechanism(patch);
        Refusal no = mechanism.preflight(patch, file);
        GoneIn now = no == null ? mechanism.goIn(patch, file) : new GoneIn.Refused(no);
        LOG.info("{} {} ought to be live and was not: {}", patch.kind(), patch.name(), now);
    }

    private void otherKernel(LiveSet.Entry entry, SortedMap<String, String> runs) throws IOException {
        Update update = catalogue.find(entry.update()).orElse(null);
        List<PatchFile> built = update == null ? List.of() : update.patchesFor(runs);
        if (!built.isEmpty()) {
            wanted.remove(new LiveSet.Entry(entry.update(), entry.patch(), List.of()));
            wanted.add(built.stream()
                    .map(patch -> new LiveSet.Entry(entry.update(), patch, List.of()))
                    .toList());
            for (PatchFile patch : built) {
                restore(patch);
            }
        } else if (update != null
                && contains(runs.get("kernel"), update.verify().get("kernel"))) {
            LOG.info("kernel {} has what {} brought: it is not wanted live any more", runs, entry.update());
            wanted.remove(new LiveSet.Entry(entry.update(), entry.patch(), List.of()));
        } else {
            LOG.warn(
                    "{} ought to be live, and is built for {} while {} runs",
                    entry.update(),
                    entry.patch().target(),
                    runs);
        }
    }

    /**
     * Whether a kernel is as new as the one from which on a fix is in: numbers within releases are compared as numbers.
     *
     * @param since the release named by the update, or null when it names none
     */
    static boolean contains(@Nullable String runs, @Nullable String since) {
        if (runs == null || since == null) {
            return false;
        }
        Matcher one = PART.matcher(runs);
        Matcher other = PART.matcher(since);
        while (other.find()) {
            if (!one.find()) {
                return false;
            }
            if (one.group(1) != null && other.group(1) != null) {
                int order = new BigInteger(one.group(1)).compareTo(new BigInteger(other.group(1)));
                if (order != 0) {
                    return order > 0;
                }
            } else if (!one.group().equals(other.group())) {
                return false; // another flavour
            }
        }
        return true;
    }
}
