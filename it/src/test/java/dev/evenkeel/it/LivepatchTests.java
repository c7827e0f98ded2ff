package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.lab.JavaService;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.debian.Livepatches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Livepatches of a real kernel with a VM on it: in, replaced, back, and all that may go wrong. In this order. */
interface LivepatchTests {
    String SYS = "/sys/kernel/livepatch";

    KernelLab lab();

    @Test
    @Order(6)
    default void a_livepatch_goes_in_is_replaced_and_comes_out_again_and_no_vm_feels_it() throws Exception {
        KernelLab lab = lab();
        Livepatches made = lab.lab.livepatches(Progress.on(System.out));
        Instant from = Instant.now();
        String version = lab.text("cat", "/proc/version");
        for (int number = 1; number <= 2; number++) {
            assertThat(lab.evenkeel.show(
                            "update", "apply", "-f", made.fix(number).toString()))
                    .isZero();
        }
        assertThat(lab.evenkeel.json("plan", "kernel-fix-1").toString())
                .contains("\"HOT_PATCH\"")
                .contains("\"NONE\"");

        assertThat(lab.evenkeel.show("rollout", "start", "kernel-fix-1", "--wait"))
                .isZero();
        assertThat(lab.text("cat", "/proc/version")).contains("patched by ek_fix1");
        assertThat(lab.evenkeel
                        .json("host", "show", "h1")
                        .path("versions")
                        .path("livepatch.ek_fix1")
                        .asString())
                .isEqualTo("1");

        assertThat(lab.evenkeel.show("rollout", "start", "kernel-fix-2", "--wait"))
                .isZero();
        assertThat(lab.text("cat", "/proc/version")).contains("patched by ek_fix2");
        assertThat(lab.text("ls", SYS)).isEqualTo("ek_fix2");
        assertThat(lab.shell("ls -d /sys/module/ek_fix* | xargs -n1 basename")).isEqualTo("ek_fix2");

        assertThat(lab.evenkeel.show("rollout", "undo", "kernel-fix-2", "--wait"))
                .isZero();
        assertThat(lab.text("cat", "/proc/version")).contains("patched by ek_fix1");
        assertThat(lab.evenkeel.show("rollout", "undo", "kernel-fix-1", "--wait"))
                .isZero();
        assertThat(lab.text("cat", "/proc/version")).isEqualTo(version);
        assertThat(lab.shell("ls -d /sys/module/ek_fix* 2>/dev/null || true")).isEmpty();

        lab.assertUnharmed(from);
        List<JsonNode> rows = lab.evenkeel.list("ledger");
        assertThat(rows).hasSize(4).allSatisfy(row -> {
            assertThat(row.get("method").asString()).isEqualTo("HOT_PATCH");
            assertThat(row.get("forecastStopMs").asLong()).isZero();
        });
        longestGaps(lab, rows);
    }

    /** The longest hole in the VM's heartbeats while a patch went in or out, beside an undisturbed stretch of equal length. */
    private static void longestGaps(KernelLab lab, List<JsonNode> rows) throws IOException {
        Pulse pulse = lab.vm.pulse();
        for (JsonNode row : rows) {
            Instant from = Instant.parse(row.get("startedAt").asString());
            Instant to = Instant.parse(row.get("endedAt").asString());
            System.out.printf(
                    "%s: stop by its clock %d ms, longest gap %d ms, normal gap %d ms, in %d ms%n",
                    row.get("cause").asString(),
                    row.get("stopMs").asLong(),
                    pulse.gap(from, to).toMillis(),
                    pulse.normalGap(from, to).toMillis(),
                    Duration.between(from, to).toMillis());
        }
    }

    @Test
    @Order(7)
    default void modules_that_do_not_fit_are_refused_with_the_reason_and_nothing_is_loaded() throws Exception {
        KernelLab lab = lab();
        Livepatches made = lab.lab.livepatches(Progress.on(System.out));
        Instant from = Instant.now();
        assertThat(refusal(lab, made.odd("other_release"), "ek_fix1"))
                .contains("WRONG_RELEASE", "was built for", lab.older);
        assertThat(refusal(lab, made.odd("other_flavour"), "ek_fix1")).contains("WRONG_RELEASE");
        assertThat(refusal(lab, made.odd("ek_unknown"), "ek_fix1")).contains("WRONG_MODULE", "ek_unknown");
        assertThat(refusal(lab, made.odd("ek_sleeper"), "ek_sleeper")).contains("WRONG_MODULE", "no livepatch");
        assertThat(refusal(lab, made.odd("ek_unknown"), "ek_unknown"))
                .contains("KERNEL_REFUSED", "not found in symbol table");
        assertThat(refusal(lab, made.odd("ek_ambiguous"), "ek_ambiguous"))
                .contains("KERNEL_REFUSED", "unresolvable ambiguity");
        assertThat(lab.shell("ls -d /sys/module/ek_* 2>/dev/null || true")).isEmpty();
        assertThat(lab.text("ls", SYS)).isEmpty();
        lab.assertUnharmed(from);
    }

    @Test
    @Order(8)
    default void a_transition_that_is_held_up_is_turned_round_and_who_held_it_up_is_named() throws Exception {
        KernelLab lab = lab();
        Livepatches made = lab.lab.livepatches(Progress.on(System.out));
        Instant from = Instant.now();
        lab.host.put(made.odd("ek_sleeper"), "/run/lab/ek_sleeper.ko");
        lab.text("insmod", "/run/lab/ek_sleeper.ko");
        lab.shell("cat /proc/ek_sleeper >/dev/null 2>&1 </dev/null & echo $! >/run/lab/sleeper");
        String sleeper = lab.text("cat", "/run/lab/sleeper");
        Waits.await(
                KernelLab.PATIENCE,
                "it sleeps in the function",
                () -> lab.shell("cat /proc/" + sleeper + "/stack").contains("ek_sleep"));
        lab.host.agentOptions("--patch-patience", "PT20S");
        String told = refusal(lab, made.odd("ek_stuck"), "ek_stuck");
        assertThat(told).contains("TRANSITION_STUCK", "cat (" + sleeper + ") in ek_sleep");
        assertThat(lab.shell("ls -d /sys/module/ek_stuck 2>/dev/null || true")).isEmpty();

        // While another's transition is under way the kernel takes no second one, and we do not try.
        lab.host.put(made.odd("ek_stuck"), "/run/lab/ek_stuck.ko");
        lab.text("insmod", "/run/lab/ek_stuck.ko");
        assertThat(lab.text("cat", SYS + "/ek_stuck/transition")).isEqualTo("1");
        assertThat(refused(lab, "kernel-fix-1")).contains("TRANSITION_UNDER_WAY", "ek_stuck");
        lab.shell("echo 0 >" + SYS + "/ek_stuck/enabled");
        Waits.await(
                KernelLab.PATIENCE, "it is reversed", () -> !lab.text("ls", SYS).contains("ek_stuck"));
        lab.text("rmmod", "ek_stuck");
        lab.shell("echo >/proc/ek_sleeper");
        lab.text("rmmod", "ek_sleeper");
        lab.assertUnharmed(from);
    }

    @Test
    @Order(9)
    default void an_agent_that_is_killed_in_a_transition_follows_it_when_it_is_back() throws Exception {
        KernelLab lab = lab();
        Livepatches made = lab.lab.livepatches(Progress.on(System.out));
        lab.host.agentOptions();
        lab.text("insmod", "/run/lab/ek_sleeper.ko");
        lab.shell("cat /proc/ek_napper >/dev/null 2>&1 </dev/null & echo $! >/run/lab/sleeper");
        String sleeper = lab.text("cat", "/run/lab/sleeper");
        Waits.await(
                KernelLab.PATIENCE,
                "it sleeps in the function",
                () -> lab.shell("cat /proc/" + sleeper + "/stack").contains("ek_sleep"));
        String update = publish(lab, made.odd("ek_stuck"), "ek_stuck");
        String rollout = lab.evenkeel.json("rollout", "start", update).get("id").asString();
        Waits.await(
                KernelLab.PATIENCE,
                "the transition is under way",
                () -> lab.host
                        .exec("grep", "-q", "1", SYS + "/ek_stuck/transition")
                        .ok());
        lab.host.killAgent();
        // The kernel wakes the sleeper after 15 seconds; its call begins anew, in the new code.
        assertThat(lab.evenkeel.show("rollout", "watch", rollout)).isZero();
        assertThat(lab.text("cat", SYS + "/ek_stuck/enabled")).isEqualTo("1");
        Waits.await(
                KernelLab.PATIENCE,
                "the sleeper is through",
                () -> !lab.host.exec("test", "-e", "/proc/" + sleeper).ok());
        assertThat(lab.evenkeel.show("rollout", "undo", update, "--wait")).isZero();
        assertThat(lab.text("ls", SYS)).isEmpty();
        lab.text("rmmod", "ek_sleeper");
    }

    @Test
    @Order(10)
    default void what_others_bring_in_or_take_out_is_told() throws Exception {
        KernelLab lab = lab();
        assertThat(lab.evenkeel.show("rollout", "start", "kernel-fix-2", "--wait"))
                .isZero();
        lab.shell("echo 0 >" + SYS + "/ek_fix2/enabled");
        awaitFact(lab, "ek_fix2", "missing");
        Livepatches made = lab.lab.livepatches(Progress.on(System.out));
        Waits.await(KernelLab.PATIENCE, "it is out", () -> lab.text("ls", SYS).isEmpty());
        lab.text("rmmod", "ek_fix2");
        lab.host.put(made.fix(1).resolve("ek_fix1-" + lab.older + ".ko"), "/run/lab/ek_fix1.ko");
        lab.text("insmod", "/run/lab/ek_fix1.ko");
        awaitFact(lab, "ek_fix1", "foreign");
        lab.host.killAgent(); // in its next life it makes live what ought to be, as after a reboot
        awaitFact(lab, "ek_fix2", "2");
        assertThat(lab.text("cat", "/proc/version")).contains("patched by ek_fix2");
        assertThat(lab.text("ls", SYS)).isEqualTo("ek_fix2");
        lab.text("rmmod", "ek_fix1");
    }

    @Test
    @Order(11)
    default void a_java_service_of_the_host_is_patched_while_it_runs_and_back() throws Exception {
        KernelLab lab = lab();
        Instant from = Instant.now();
        JavaService service = JavaService.start(lab.lab, lab.host);
        assertThat(service.ask("${name}")).isEqualTo("looked up name");
        assertThat(lab.evenkeel.show("update", "apply", "-f", service.update().toString()))
                .isZero();
        assertThat(lab.evenkeel.show("rollout", "start", "inventory-fix-1", "--wait"))
                .isZero();
        assertThat(service.ask("${name}")).isEqualTo("refused");
        assertThat(service.ask("plain")).isEqualTo("plain");
        assertThat(lab.evenkeel.show("rollout", "undo", "inventory-fix-1", "--wait"))
                .isZero();
        assertThat(service.ask("${name}")).isEqualTo("looked up name");
        service.end();
        lab.assertUnharmed(from);
    }

    /** The fix that is live is so under the next kernel too, by the module that was built for it. */
    @Test
    @Order(27)
    default void after_the_kernel_was_replaced_its_own_build_of_the_livepatch_is_live() throws Exception {
        KernelLab lab = lab();
        assertThat(lab.text("uname", "-r")).isNotEqualTo(lab.older);
        awaitFact(lab, "ek_fix2", "2");
        assertThat(lab.text("cat", "/proc/version")).contains("patched by ek_fix2");
        assertThat(lab.evenkeel.show("rollout", "undo", "kernel-fix-2", "--wait"))
                .isZero();
        assertThat(lab.text("ls", SYS)).isEmpty();
    }

    private static void awaitFact(KernelLab lab, String patch, String value) throws Exception {
        Waits.await(
                KernelLab.PATIENCE,
                "the host says of " + patch + ": " + value,
                () -> lab.evenkeel
                        .json("host", "show", "h1")
                        .path("versions")
                        .path("livepatch." + patch)
                        .asString("")
                        .equals(value));
    }

    /** What the operator is told when the host does not take this module under this name. */
    private static String refusal(KernelLab lab, Path module, String name) throws Exception {
        return refused(lab, publish(lab, module, name));
    }

    private static String refused(KernelLab lab, String update) throws Exception {
        Evenkeel.Result ended = lab.evenkeel.run("rollout", "start", update, "--wait", "-o", "json");
        assertThat(ended.exit()).as("how the rollout ended: " + ended.out()).isNotZero();
        JsonNode run = lab.evenkeel.list("run", "ls").getFirst();
        assertThat(run.get("outcome").asString()).isEqualTo("REFUSED");
        return run.get("why").toString();
    }

    private static String publish(KernelLab lab, Path module, String name) throws Exception {
        String file = String.valueOf(module.getFileName());
        String id = "odd-" + file.replace(".ko", "") + "-as-" + name;
        Path directory =
                Files.createDirectories(lab.lab.directory().resolve("odd").resolve(id));
        Path copy = directory.resolve(file);
        if (!Files.exists(copy)) {
            Files.copy(module, copy);
        }
        PatchFile patch = Livepatches.patch(copy, name, "1", lab.older);
        Livepatches.write(directory, Livepatches.update(id, "1", List.of(patch)));
        assertThat(lab.evenkeel.show("update", "apply", "-f", directory.toString()))
                .isZero();
        return id;
    }
}
