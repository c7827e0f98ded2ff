package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.guest.VmPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A real update where some VMs can't be moved: those whose owners consent are restarted once, with the new QEMU; the
 * host of one whose owner does not is left as it is, until they choose when, or redeploy it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsentTest {
    private RunLab lab;
    private Update update;

    @BeforeAll
    void up() throws Exception {
        VmPlan.Owner stays = VmPlan.Owner.of("acme").withMigration("never").withRestart("consent");
        VmPlan.Owner fixed = VmPlan.Owner.of("globex").withMigration("never");
        lab = RunLab.up(
                "asked",
                spec -> spec.withHosts(3)
                        .withVms(List.of(
                                VmPlan.small(1, "stays", "acme").withOwner(stays),
                                VmPlan.small(2, "fixed", "globex").withOwner(fixed),
                                VmPlan.small(3, "keeps", "acme").withOwner(stays),
                                VmPlan.small(4, "moves", "acme").withLoad(4, 16))));
        update = lab.vmmUpdate();
    }

    @AfterAll
    void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    @Order(1)
    void the_plan_says_who_is_restarted_and_whose_host_is_refused() throws Exception {
        JsonNode plan = lab.evenkeel.json("plan", update.id().value());

        JsonNode restarts = planOf(plan, lab.hostOf("stays").name());
        assertThat(restarts.get("method").asString()).isEqualTo("REBOOT");
        assertThat(restarts.get("vms")
                        .valueStream()
                        .map(vm -> vm.get("name").asString() + " "
                                + vm.get("impact").asString()))
                .contains("stays RESTART")
                .doesNotContain("moves RESTART");
        JsonNode refused = planOf(plan, lab.hostOf("fixed").name());
        assertThat(refused.get("method").isNull()).isTrue();
        assertThat(refused.get("refused").toString()).contains("NO_CONSENT").contains("fixed");
    }

    @Test
    @Order(2)
    void an_agent_that_is_killed_while_a_vm_is_down_brings_it_up_again_once() throws Exception {
        Instant began = Instant.now();
        LabHost host = lab.hostOf("keeps");
        int place = lab.events.now();
        String run = lab.rollout(update.id().value(), host);

        lab.events.await(place, run, "HostEmptied", RunLab.PATIENCE);
        assertThat(host.running()).doesNotContain("keeps");
        host.killAgent();

        lab.endedAs("DONE", place, run);
        isRestartedOnceWithTheNewQemu("keeps", host, began);
    }

    @Test
    @Order(3)
    void the_others_move_and_the_one_that_stays_is_restarted_with_the_new_qemu() throws Exception {
        Instant began = Instant.now();
        LabHost host = lab.hostOf("stays");
        LabHost refused = lab.hostOf("fixed");

        int exit = lab.evenkeel.show("rollout", "start", update.id().value(), "--watch");

        assertThat(exit).as("one host is left out").isEqualTo(1);
        isRestartedOnceWithTheNewQemu("stays", host, began);
        assertThat(lab.hostOf("moves").name()).isNotEqualTo(host.name());
        isUntouched("moves", began);
        isUntouched("fixed", began);
        isUntouched("keeps", began);
        assertThat(refused.virsh("version")).contains("10.0");
        assertThat(Update.matches(qemuOf(refused), wanted())).isFalse();
    }

    @Test
    @Order(4)
    void the_ledger_has_forecast_and_measure_of_each_restart() throws Exception {
        assertThat(lab.evenkeel.show("ledger")).isZero();
        for (String vm : List.of("stays", "keeps")) {
            List<JsonNode> rows = lab.evenkeel.list("ledger", "--vm", vm);
            assertThat(rows).hasSize(1);
            JsonNode row = rows.getFirst();
            assertThat(row.get("method").asString()).isEqualTo("REBOOT");
            assertThat(row.get("impact").asString()).isEqualTo("RESTART");
            assertThat(row.get("stopMs").asLong()).isPositive();
            assertThat(row.get("forecastStopMs").asLong()).isPositive();
            assertThat(row.get("from")).isEqualTo(row.get("to"));
        }
    }

    @Test
    @Order(5)
    void an_owner_who_has_not_consented_is_asked_and_chooses_when(@TempDir Path directory) throws Exception {
        Instant began = Instant.now();
        LabHost host = lab.hostOf("fixed");

        String rollout = asksTheOwnerOfFixed(SmallUpdate.offered(directory, 7), SmallUpdate.id(7), host);

        isUntouched("fixed", began);
        assertThat(lab.evenkeel.list("vm", "ls", "--pending").stream()
                        .map(vm -> vm.get("name").asString()))
                .containsExactly("fixed");

        assertThat(lab.evenkeel.show("vm", "maintenance", "start", "fixed")).isZero();

        lab.awaitRollout(rollout, "DONE");
        assertThat(lab.evenkeel.show("vm", "maintenance", "ls")).isZero();
        assertThat(standing("fixed", rollout)).isEqualTo("DONE");
        isRestartedOnce("fixed", began);
        isUntouched("keeps", began);
    }

    @Test
    @Order(6)
    void an_owner_who_does_not_want_to_wait_redeploys(@TempDir Path directory) throws Exception {
        Instant began = Instant.now();
        LabHost from = lab.hostOf("fixed");
        String rollout = asksTheOwnerOfFixed(SmallUpdate.offered(directory, 8), SmallUpdate.id(8), from);
        assertThat(lab.evenkeel.show("vm", "maintenance", "redeploy", "fixed"))
                .as("operators need its owner's consent")
                .isNotZero();

        int place = lab.events.now();
        lab.endedAs("DONE", place, redeploy("fixed"));

        lab.awaitRollout(rollout, "DONE");
        assertThat(lab.hostOf("fixed").name()).isNotEqualTo(from.name());
        isDefinedOnlyWhereItRuns("fixed");
        isRestartedOnce("fixed", began);
        assertThat(lab.evenkeel.show("ledger", "--vm", "fixed", "-o", "wide")).isZero();
        JsonNode row = lab.evenkeel.list("ledger", "--vm", "fixed").getFirst();
        assertThat(row.get("method").asString()).isEqualTo("REBOOT");
        assertThat(row.get("from")).isNotEqualTo(row.get("to"));
        assertThat(row.get("stopMs").asLong()).isPositive();
        isUntouched("keeps", began);
    }

    @Test
    @Order(7)
    void an_agent_that_is_killed_while_its_vm_is_started_elsewhere_finds_it_there() throws Exception {
        Instant began = Instant.now();
        LabHost from = lab.hostOf("fixed");
        List<StartGate> gates = gates("fixed", from);
        for (StartGate gate : gates) {
            gate.close();
        }
        int place = lab.events.now();
        String run = redeploy("fixed");
        Waits.awaitMoment(RunLab.PATIENCE, "its start waits on another host", () -> waits(gates));

        from.killAgent();
        for (StartGate gate : gates) {
            gate.open();
        }

        lab.endedAs("DONE", place, run);
        assertThat(lab.hostOf("fixed").name()).isNotEqualTo(from.name());
        isDefinedOnlyWhereItRuns("fixed");
        isRestartedOnce("fixed", began);
    }

    @Test
    @Order(8)
    void a_vm_that_cannot_be_started_elsewhere_is_started_where_it_was() throws Exception {
        Instant began = Instant.now();
        LabHost from = lab.hostOf("fixed");
        List<StartGate> gates = gates("fixed", from);
        for (StartGate gate : gates) {
            gate.refuse();
        }
        int place = lab.events.now();
        JsonNode ended;
        try {
            ended = lab.endedAs("REFUSED", place, redeploy("fixed"));
        } finally {
            for (StartGate gate : gates) {
                gate.open();
            }
        }

        assertThat(ended.get("why").toString()).contains("START_FAILED");
        assertThat(lab.hostOf("fixed").name()).isEqualTo(from.name());
        isDefinedOnlyWhereItRuns("fixed");
        isRestartedOnce("fixed", began);
    }

    /** @return the rollout that asks */
    private String asksTheOwnerOfFixed(Path update, String id, LabHost host) throws Exception {
        assertThat(lab.evenkeel.run("update", "apply", "-f", update.toString()).exit())
                .isZero();
        String rollout = lab.evenkeel
                .json("rollout", "start", id, "--host", host.name())
                .get("id")
                .asString();
        lab.await("its owner is asked", () -> standing("fixed", rollout).equals("IN_WINDOW"));
        return rollout;
    }

    private List<StartGate> gates(String vm, LabHost from) {
        return lab.others(from).stream().map(host -> new StartGate(host, vm)).toList();
    }

    private static boolean waits(List<StartGate> gates) throws IOException {
        for (StartGate gate : gates) {
            if (gate.waits()) {
                return true;
            }
        }
        return false;
    }

    /** As its owner orders it. @return the run that does it */
    private String redeploy(String vm) throws Exception {
        String secret = lab.evenkeel
                .run("token", "create", "--name", "its owner", "--role", "tenant", "--tenant", "globex")
                .out();
        Path token = Files.createTempFile("owner", ".token");
        try {
            Files.writeString(token, secret.strip());
            return lab.evenkeel
                    .json("--token-file", token.toString(), "vm", "maintenance", "redeploy", vm)
                    .get("run")
                    .asString();
        } finally {
            Files.delete(token);
        }
    }

    private void isDefinedOnlyWhereItRuns(String vm) throws Exception {
        LabHost home = lab.hostOf(vm);
        assertThat(home.virsh("list", "--all", "--name", "--persistent").lines())
                .contains(vm);
        for (LabHost other : lab.others(home)) {
            assertThat(other.virsh("list", "--all", "--name").lines())
                    .as("on " + other)
                    .doesNotContain(vm);
        }
    }

    private void isRestartedOnce(String name, Instant began) throws Exception {
        LabVm vm = lab.lab.vm(name);
        Harm.assertNoneBut(1, vm, began);
        assertThat(vm.pulse(began.minusSeconds(5)).restarts(began, Instant.now()))
                .as("restarts of " + name)
                .isEqualTo(1);
    }

    private String standing(String vm, String rollout) throws Exception {
        return lab.evenkeel.list("vm", "maintenance", "ls").stream()
                .filter(it -> it.get("name").asString().equals(vm)
                        && it.get("rollout").asString().equals(rollout))
                .map(it -> it.get("status").asString())
                .findFirst()
                .orElse("");
    }

    private void isRestartedOnceWithTheNewQemu(String name, LabHost host, Instant began) throws Exception {
        assertThat(lab.hostOf(name).name()).isEqualTo(host.name());
        isRestartedOnce(name, began);
        assertThat(Update.matches(qemuOf(host), wanted())).isTrue();
        String binary = host.exec("sh", "-c", "readlink /proc/$(cat /run/libvirt/qemu/" + name + ".pid)/exe")
                .out();
        assertThat(binary).contains("qemu-system").doesNotContain("deleted");
        String version = host.virsh("qemu-monitor-command", name, "{\"execute\":\"query-version\"}");
        assertThat(version).contains("\"major\":" + wanted().split("\\.", -1)[0]);
    }

    private void isUntouched(String name, Instant began) throws Exception {
        LabVm vm = lab.lab.vm(name);
        Harm.assertNone(vm, began);
        assertThat(vm.hosts()).as("hosts of " + name).hasSize(1);
    }

    private String wanted() {
        return update.verify().getOrDefault("qemu", "");
    }

    private String qemuOf(LabHost host) throws Exception {
        return lab.evenkeel
                .json("host", "show", host.name())
                .path("versions")
                .path("qemu")
                .asString("");
    }

    private JsonNode planOf(JsonNode plan, String host) throws Exception {
        String id = lab.evenkeel.json("host", "show", host).get("id").asString();
        return plan.get("hosts")
                .valueStream()
                .filter(h -> h.get("host").asString().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
