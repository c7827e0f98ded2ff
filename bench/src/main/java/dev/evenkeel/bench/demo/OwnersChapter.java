package dev.evenkeel.bench.demo;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Owners are told, and choose. On each of two hosts is a VM that may be moved, whose owner wants notice, and one that can't be
 * moved, whose owner has agreed to nothing. One guest approves from inside, the other says nothing; one owner starts the update,
 * the other lets the window pass.
 */
final class OwnersChapter {
    static final List<VmPlan> VMS = List.of(plan(1, "told"), plan(2, "silent"), fixed(3, "chooses"), fixed(4, "waits"));

    private static final String READ = "GET /metadata/scheduledevents?api-version=2020-07-01";
    private static final String APPROVE = "POST /metadata/scheduledevents?api-version=2020-07-01";
    private static final String HEADER = "Metadata: true";
    private static final Pattern FREEZE = Pattern.compile("\"EventId\":\"([^\"]+)\",\"EventType\":\"Freeze\"");
    private static final String NOTICE = "20s";
    private static final String WINDOW = "45s";
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Lab lab;
    private final Evenkeel evenkeel;
    private final PrintStream out;

    OwnersChapter(Lab lab, Evenkeel evenkeel, PrintStream out) {
        this.lab = lab;
        this.evenkeel = evenkeel;
        this.out = out;
    }

    private static VmPlan plan(int number, String name) {
        return VmPlan.small(number, name, "acme");
    }

    private static VmPlan fixed(int number, String name) {
        return plan(number, name).withOwner(VmPlan.Owner.of("globex").withMigration("never"));
    }

    /** How a notice of one VM went: what it was told, and when it was touched. */
    private record Notice(Instant told, Instant notBefore, Instant touched) {
        boolean shortened() {
            return touched.isBefore(notBefore);
        }
    }

    /** @return whether all four had what they were promised */
    boolean play(Progress progress) throws IOException, InterruptedException {
        Instant began = Instant.now();
        run("vm", "set", "told", "--notice", NOTICE);
        run("vm", "set", "silent", "--notice", NOTICE);
        Path directory =
                UpdatePackages.offered(lab.vmmUpdate(progress), lab.directory().resolve("offered"));
        Update update = UpdatePackages.read(directory);
        run("update", "apply", "-f", directory.toString());
        run("plan", update.id().value());
        List<String> order = List.of(
                "rollout",
                "start",
                update.id().value(),
                "--least-notice",
                "5s",
                "--self-service-window",
                WINDOW,
                "--reason",
                "the demo");
        say("evenkeel " + String.join(" ", order));
        String rollout = evenkeel.json(order.toArray(String[]::new)).get("id").asString();
        await(
                "both owners are asked",
                () -> standing("chooses").equals("IN_WINDOW")
                        && standing("waits").equals("IN_WINDOW"));
        run("vm", "maintenance", "ls");
        run("vm", "maintenance", "start", "chooses");

        Notice told = noticeOf("told", true);
        Notice silent = noticeOf("silent", false);
        await("the rollout ends", () -> !outcome(rollout).isEmpty());
        run("vm", "maintenance", "ls");
        run("ledger", "-o", "wide");
        out.println("told:    approved from inside, and was touched " + seconds(told.told, told.touched)
                + " s after it was told; its notice would have been over after " + seconds(told.told, told.notBefore)
                + " s");
        out.println("silent:  said nothing, and was touched " + seconds(silent.told, silent.touched)
                + " s after it was told; its notice was over after " + seconds(silent.told, silent.notBefore) + " s");
        await("the restarted guests have booted", () -> restarts("chooses", began) > 0 && restarts("waits", began) > 0);
        boolean once = restarts("chooses", began) == 1 && restarts("waits", began) == 1;
        boolean never = restarts("told", began) == 0 && restarts("silent", began) == 0;
        out.println("chooses: its owner started it; waits: its window of " + WINDOW + " ended. "
                + (once && never
                        ? "Both were restarted once, the others never."
                        : "Restarts are not as they should be."));
        return outcome(rollout).equals("DONE") && told.shortened() && !silent.shortened() && once && never;
    }

    private Notice noticeOf(String name, boolean approves) throws IOException, InterruptedException {
        LabVm vm = lab.vm(name);
        String[] seen = {""};
        await(name + " reads of a freeze inside", () -> {
            seen[0] = vm.metadata(READ, HEADER, "");
            return FREEZE.matcher(seen[0]).find();
        });
        Instant told = Instant.now();
        say("inside " + name + ": curl -H " + HEADER + " http://169.254.169.254" + READ.substring(4));
        out.println(seen[0].substring(seen[0].indexOf("{")));
        Matcher event = FREEZE.matcher(seen[0]);
        if (!event.find()) {
            throw new IOException("no freeze in " + seen[0]);
        }
        String id = event.group(1);
        Instant notBefore = outside(id)
                .map(it -> Instant.parse(it.get("notBefore").asString()))
                .orElse(told);
        if (approves) {
            String body = "{\"StartRequests\":[{\"EventId\":\"" + id + "\"}]}";
            say("inside " + name + ": curl -H " + HEADER + " -d '" + body + "' http://169.254.169.254"
                    + APPROVE.substring(5));
            out.println(vm.metadata(APPROVE, HEADER, body).lines().findFirst().orElse(""));
        }
        await(
                "the freeze of " + name + " begins",
                () -> outside(id)
                        .map(it -> it.get("status").asString().equals("STARTED"))
                        .orElse(true));
        return new Notice(told, notBefore, Instant.now());
    }

    private Optional<JsonNode> outside(String event) throws IOException, InterruptedException {
        return evenkeel.list("scheduled-event", "ls").stream()
                .filter(it -> it.get("id").asString().equals(event))
                .findFirst();
    }

    private String standing(String vm) throws IOException, InterruptedException {
        return evenkeel.list("vm", "maintenance", "ls").stream()
                .filter(it -> it.get("name").asString().equals(vm))
                .map(it -> it.get("status").asString())
                .findFirst()
                .orElse("");
    }

    private String outcome(String rollout) throws IOException, InterruptedException {
        return evenkeel.json("rollout", "status", rollout).path("outcome").asString("");
    }

    private int restarts(String vm, Instant since) throws IOException {
        Pulse pulse = lab.vm(vm).pulse();
        return pulse.restarts(since, Instant.now());
    }

    private static String seconds(Instant from, Instant to) {
        return "%.1f".formatted(Duration.between(from, to).toMillis() / 1000.0);
    }

    /** A question that may fail. */
    private interface Question {
        boolean holds() throws IOException, InterruptedException;
    }

    private static void await(String what, Question question) throws IOException {
        boolean came = Await.until(PATIENCE, () -> {
            try {
                return question.holds();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        });
        if (!came) {
            throw new IOException("not within " + PATIENCE.toMinutes() + " min: " + what);
        }
    }

    private void say(String command) {
        out.println();
        out.println("$ " + command);
    }

    private void run(String... words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("evenkeel"));
        line.addAll(List.of(words));
        say(String.join(" ", line));
        int exit = evenkeel.show(words);
        if (exit != 0) {
            throw new IOException(String.join(" ", line) + " ended with " + exit);
        }
    }
}
