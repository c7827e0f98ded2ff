package dev.evenkeel.bench.demo;

import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.JavaService;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.debian.UpdatePackages;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One update that goes round the demo's fleet, and what every VM felt of it. */
public final class DemoChapter {
    private static final Duration LAST_BEATS = Duration.ofSeconds(3);

    private final Lab lab;
    private final Evenkeel evenkeel;
    private final PrintStream out;
    private final @Nullable Path key;

    public DemoChapter(Lab lab, Evenkeel evenkeel, PrintStream out) {
        this(lab, evenkeel, out, null);
    }

    private DemoChapter(Lab lab, Evenkeel evenkeel, PrintStream out, @Nullable Path key) {
        this.lab = lab;
        this.evenkeel = evenkeel;
        this.out = out;
        this.key = key;
    }

    /** The same with a catalogue whose keys are made now: from here on hosts take only what is signed. */
    DemoChapter signing() throws IOException, InterruptedException {
        Path keys = Files.createDirectories(lab.directory().resolve("keys"));
        Path root = keys.resolve("root.key");
        Path updates = keys.resolve("updates.key");
        run("key", "create", root.toString());
        run("key", "create", updates.toString());
        run("catalogue", "init", "--root-key", root.toString(), "--targets-key", updates.toString());
        return new DemoChapter(lab, evenkeel, out, updates);
    }

    /** @param updated whether the rollout ended well and every host runs the new version */
    public record Outcome(boolean updated, List<VmSeen> vms, List<MoveSeen> moves) {
        /** With what came next to the same VMs: they must have been unharmed all along. */
        Outcome then(Outcome next) {
            List<MoveSeen> both = new ArrayList<>(moves);
            both.addAll(next.moves);
            boolean well = updated && vms.stream().allMatch(VmSeen::unharmed);
            return new Outcome(well && next.updated, next.vms, both);
        }
    }

    /** @param directory the update */
    public Outcome play(Path directory, Progress progress) throws IOException, InterruptedException {
        Update update = UpdatePackages.read(directory);
        String id = update.id().value();
        if (key == null) {
            run("update", "apply", "-f", directory.toString());
        } else {
            run("update", "publish", directory.toString(), "--key", key.toString());
        }
        run("plan", id);

        Optional<PatchFile> patch = update.payload(Method.HOT_PATCH).map(Payload::patches).stream()
                .flatMap(List::stream)
                .findFirst();
        String part = patch.map(PatchFile::fact).orElse(update.component() == Component.KERNEL ? "kernel" : "qemu");
        String wanted =
                patch.map(PatchFile::version).orElseGet(() -> update.verify().getOrDefault(part, ""));
        return rolled(List.of("rollout", "start", id), part, progress, v -> Update.matches(v, wanted));
    }

    /** Takes a hot patch back that is live. */
    public Outcome takeBack(Path directory, Progress progress) throws IOException, InterruptedException {
        Update update = UpdatePackages.read(directory);
        PatchFile patch =
                update.payload(Method.HOT_PATCH).orElseThrow().patches().getFirst();
        List<String> undo = List.of("rollout", "undo", update.id().value());
        return rolled(undo, patch.fact(), progress, "none"::equals);
    }

    /** A Java service of a host is patched while it runs, and asked before and after. */
    Outcome patchService(Progress progress) throws IOException, InterruptedException {
        progress.step("starting a Java service on a host");
        JavaService service = JavaService.start(lab, lab.hosts().getFirst());
        String before = service.ask("${secret}");
        Outcome outcome = play(service.update(), progress);
        String after = service.ask("${secret}");
        out.println("The service, asked for ${secret}: before \"" + before + "\", now \"" + after + "\".");
        service.end();
        boolean patched = before.equals("looked up secret") && after.equals("refused");
        return new Outcome(outcome.updated && patched, outcome.vms, outcome.moves);
    }

    private Outcome rolled(List<String> order, String part, Progress progress, Predicate<String> wanted)
            throws IOException, InterruptedException {
        Map<String, String> before = places(lab);
        Map<String, String> versionsBefore = versions(part);
        Instant began = Instant.now();
        List<String> words = new ArrayList<>(order);
        words.add("--watch");
        say("evenkeel " + String.join(" ", words));
        words.addAll(List.of("--reason", "the demo"));
        int exit = evenkeel.show(words.toArray(String[]::new));
        progress.step("the rollout ended with exit code " + exit + "; listening to the VMs a moment longer");
        List<VmSeen> seen = new ArrayList<>();
        List<MoveSeen> moves = new ArrayList<>();
        observe(began, before, seen, moves);
        DemoTables.print(out, hostRows(part, versionsBefore, moves), seen, moves);
        boolean all = versions(part).values().stream().allMatch(wanted);
        return new Outcome(exit == 0 && all, seen, moves);
    }

    private void observe(Instant began, Map<String, String> before, List<VmSeen> seen, List<MoveSeen> moves)
            throws IOException, InterruptedException {
        Instant ended = Instant.now();
        for (LabVm vm : lab.vms()) {
            vm.awaitBeat(ended.plus(LAST_BEATS), LAST_BEATS.multipliedBy(3));
        }
        Instant now = Instant.now();
        Map<String, String> after = places(lab);
        Map<String, List<MoveSeen>> byVm = new TreeMap<>();
        for (JsonNode row : evenkeel.list("ledger", "--limit", "500")) {
            MoveSeen move = MoveSeen.of(row, lab.vm(row.get("name").asString()).pulse());
            if (!move.startedAt().isBefore(began)) {
                byVm.computeIfAbsent(move.vm(), v -> new ArrayList<>()).add(move);
                moves.add(move);
            }
        }
        moves.sort(java.util.Comparator.comparing(MoveSeen::startedAt));
        for (LabVm vm : lab.vms()) {
            Pulse pulse = vm.pulse();
            VmSeen.Health health = new VmSeen.Health(
                    pulse.aliveSince(ended),
                    pulse.restarts(began, now),
                    pulse.doubled(began, now),
                    pulse.badPages(began, now));
            seen.add(VmSeen.of(
                    vm.name(),
                    byVm.getOrDefault(vm.name(), List.of()),
                    before.getOrDefault(vm.name(), ""),
                    after.getOrDefault(vm.name(), ""),
                    health));
        }
    }

    private static Map<String, String> places(Lab lab) throws IOException {
        Map<String, String> places = new TreeMap<>();
        for (LabHost host : lab.hosts()) {
            for (String vm : host.running()) {
                places.merge(vm, host.name(), (a, b) -> a + "+" + b);
            }
        }
        return places;
    }

    private Map<String, String> versions(String part) throws IOException, InterruptedException {
        Map<String, String> versions = new TreeMap<>();
        for (JsonNode host : evenkeel.list("host", "ls")) {
            versions.put(
                    host.get("id").asString(), host.path("versions").path(part).asString("none"));
        }
        return versions;
    }

    private List<DemoTables.HostRow> hostRows(String part, Map<String, String> before, List<MoveSeen> moves)
            throws IOException, InterruptedException {
        List<DemoTables.HostRow> rows = new ArrayList<>();
        for (Map.Entry<String, String> host : versions(part).entrySet()) {
            List<MoveSeen> away =
                    moves.stream().filter(m -> m.from().equals(host.getKey())).toList();
            rows.add(new DemoTables.HostRow(
                    host.getKey(),
                    away.isEmpty() ? "MIGRATE" : away.getFirst().method(),
                    before.getOrDefault(host.getKey(), "?"),
                    host.getValue(),
                    away.size()));
        }
        return rows;
    }

    private void say(String command) {
        out.println();
        out.println("$ " + command);
    }

    private void run(String... words) throws IOException, InterruptedException {
        String line = "evenkeel " + String.join(" ", words);
        say(line);
        int exit = evenkeel.show(words);
        if (exit != 0) {
            throw new IOException(line + " ended with " + exit);
        }
    }
}
