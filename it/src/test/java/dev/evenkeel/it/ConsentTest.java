package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.guest.VmPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/**
 * A real update where some VMs can't be moved: those whose owners consent are restarted once, with the new QEMU; the
 * host of one whose owner does not is left as it is.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsentTest {
    private static final String NAME = "consent";
    private static final Path STATE = TestState.directory();
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private static Lab lab;
    private static Evenkeel evenkeel;
    private static Update update;

    @BeforeAll
    static void up() throws Exception {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(STATE, NAME);
        VmPlan.Owner stays = VmPlan.Owner.of("acme").withMigration("never").withRestart("consent");
        VmPlan.Owner fixed = VmPlan.Owner.of("globex").withMigration("never");
        lab = Lab.up(
                LabSpec.in(STATE)
                        .withName(NAME)
                        .withHosts(3)
                        .withVms(List.of(
                                VmPlan.small(1, "stays", "acme").withOwner(stays),
                                VmPlan.small(2, "fixed", "globex").withOwner(fixed),
                                VmPlan.small(3, "keeps", "acme").withOwner(stays),
                                VmPlan.small(4, "moves", "acme").withLoad(4, 16)))
                        .withControlPlane(true),
                Progress.on(System.out));
        evenkeel = new Evenkeel(lab);
        Path directory = lab.vmmUpdate(Progress.on(System.out));
        update = UpdatePackages.read(directory);
        assertThat(evenkeel.run("update", "apply", "-f", directory.toString()).exit())
                .isZero();
    }

    @AfterAll
    static void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    @Order(1)
    void the_plan_says_who_is_restarted_and_whose_host_is_refused() throws Exception {
        JsonNode plan = evenkeel.json("plan", update.id().value());

        JsonNode restarts = planOf(plan, hostOf("stays"));
        assertThat(restarts.get("method").asString()).isEqualTo("REBOOT");
        assertThat(restarts.get("vms")
                        .valueStream()
                        .map(vm -> vm.get("name").asString() + " "
                                + vm.get("impact").asString()))
                .contains("stays RESTART")
                .doesNotContain("moves RESTART");
        JsonNode refused = planOf(plan, hostOf("fixed"));
        assertThat(refused.get("method").isNull()).isTrue();
        assertThat(refused.get("refused").toString()).contains("NO_CONSENT").contains("fixed");
    }

    @Test
    @Order(2)
    void an_agent_that_is_killed_while_a_vm_is_down_brings_it_up_again_once() throws Exception {
        Instant began = Instant.now();
        LabHost host = lab.host(hostOf("keeps"));
        String rollout = evenkeel.json("rollout", "start", update.id().value(), "--host", host.name())
                .get("id")
                .asString();

        await(
                "the VM is down for the update",
                () -> Set.of("Applying", "Verifying")
                        .contains(runOf(rollout, host).path("state").asString("")));
        assertThat(host.running()).doesNotContain("keeps");
        host.killAgent();
        await("the run ends", () -> runOf(rollout, host).path("ended").asBoolean(false));

        assertThat(runOf(rollout, host).get("outcome").asString()).isEqualTo("DONE");
        isRestartedOnceWithTheNewQemu("keeps", host, began);
    }

    @Test
    @Order(3)
    void the_others_move_and_the_one_that_stays_is_restarted_with_the_new_qemu() throws Exception {
        Instant began = Instant.now();
        LabHost host = lab.host(hostOf("stays"));
        LabHost refused = lab.host(hostOf("fixed"));

        int exit = evenkeel.show("rollout", "start", update.id().value(), "--watch");

        assertThat(exit).as("one host is left out").isEqualTo(1);
        isRestartedOnceWithTheNewQemu("stays", host, began);
        assertThat(hostOf("moves")).isNotEqualTo(host.name());
        isUntouched("moves", began);
        isUntouched("fixed", began);
        isUntouched("keeps", began);
        assertThat(refused.virsh("version")).contains("10.0");
        assertThat(Update.matches(qemuOf(refused), wanted())).isFalse();
    }

    @Test
    @Order(4)
    void the_ledger_has_forecast_and_measure_of_each_restart() throws Exception {
        assertThat(evenkeel.show("ledger")).isZero();
        for (String vm : List.of("stays", "keeps")) {
            List<JsonNode> rows = evenkeel.list("ledger", "--vm", vm);
            assertThat(rows).hasSize(1);
            JsonNode row = rows.getFirst();
            assertThat(row.get("method").asString()).isEqualTo("REBOOT");
            assertThat(row.get("impact").asString()).isEqualTo("RESTART");
            assertThat(row.get("stopMs").asLong()).isPositive();
            assertThat(row.get("forecastStopMs").asLong()).isPositive();
            assertThat(row.get("from")).isEqualTo(row.get("to"));
        }
    }

    private static void isRestartedOnceWithTheNewQemu(String name, LabHost host, Instant began) throws Exception {
        LabVm vm = lab.vm(name);
        assertThat(hostOf(name)).isEqualTo(host.name());
        assertThat(vm.awaitBeat(Instant.now(), Duration.ofMinutes(2)))
                .as(name + " beats")
                .isTrue();
        Pulse pulse = vm.pulse(began.minusSeconds(5));
        Instant now = Instant.now();
        assertThat(pulse.restarts(began, now)).as("restarts of " + name).isEqualTo(1);
        assertThat(pulse.doubled(began, now)).isZero();
        assertThat(Update.matches(qemuOf(host), wanted())).isTrue();
        String binary = host.exec("sh", "-c", "readlink /proc/$(cat /run/libvirt/qemu/" + name + ".pid)/exe")
                .out();
        assertThat(binary).contains("qemu-system").doesNotContain("deleted");
        String version = host.virsh("qemu-monitor-command", name, "{\"execute\":\"query-version\"}");
        assertThat(version).contains("\"major\":" + wanted().split("\\.", -1)[0]);
    }

    private static void isUntouched(String name, Instant began) throws Exception {
        LabVm vm = lab.vm(name);
        Instant now = Instant.now();
        assertThat(vm.awaitBeat(now, Duration.ofSeconds(30)))
                .as(name + " beats")
                .isTrue();
        Pulse pulse = vm.pulse(began.minusSeconds(5));
        assertThat(vm.hosts()).as("hosts of " + name).hasSize(1);
        assertThat(pulse.restarts(began, now)).as("restarts of " + name).isZero();
        assertThat(pulse.doubled(began, now)).as("doubles of " + name).isZero();
    }

    private static String wanted() {
        return update.verify().getOrDefault("qemu", "");
    }

    private static String qemuOf(LabHost host) throws Exception {
        return evenkeel.json("host", "show", host.name())
                .path("versions")
                .path("qemu")
                .asString("");
    }

    private static JsonNode planOf(JsonNode plan, String host) throws Exception {
        String id = evenkeel.json("host", "show", host).get("id").asString();
        return plan.get("hosts")
                .valueStream()
                .filter(h -> h.get("host").asString().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode runOf(String rollout, LabHost host) throws Exception {
        JsonNode shown = evenkeel.json("rollout", "status", rollout);
        for (JsonNode progress : shown.get("hosts")) {
            if (progress.get("host").asString().equals(host.name())
                    && !progress.get("run").isNull()) {
                return evenkeel.json("run", "show", progress.get("run").asString());
            }
        }
        return shown.path("nothing");
    }

    private static String hostOf(String vm) throws IOException {
        return lab.vm(vm).host().map(LabHost::name).orElse("none");
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Waits.await(PATIENCE, what, condition);
    }
}
