package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.LabHost;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Hosts that disappear in mid-run, links that stay cut, and destinations without memory. */
class LostHostTest extends TroubledRuns {
    LostHostTest() {
        super("lost");
    }

    @Test
    @Order(40)
    void a_fleet_without_room_refuses_and_the_vm_stays() throws Exception {
        RunLab lab = lab();
        LabHost host = lab.hostOf("one");
        try {
            for (LabHost other : lab.others(host)) {
                other.agentOptions("--vm-memory-mib", "300");
            }
            RunLab.await(
                    "the hosts say how little they have",
                    () -> lab.evenkeel.list("host", "ls").stream()
                                    .filter(h -> h.get("memoryBytes").asLong() == 300L << 20)
                                    .count()
                            == 2);
            int place = lab.events.now();
            JsonNode run = lab.endedAs("REFUSED", place, lab.ordered("vm", "migrate", "one"));
            assertThat(run.get("why").toString()).contains("memory");
            assertThat(lab.hostOf("one").name()).isEqualTo(host.name());
        } finally {
            for (LabHost other : lab.others(host)) {
                other.agentOptions();
            }
        }
        RunLab.await(
                "the hosts have their memory again",
                () -> lab.evenkeel.list("host", "ls").stream()
                        .allMatch(h -> h.get("memoryBytes").asLong() > 1L << 30));
    }

    @Test
    @Order(41)
    void a_destination_whose_memory_was_taken_refuses_and_another_takes_the_vm() throws Exception {
        RunLab lab = lab();
        LabHost full = lab.emptyHost();
        LabHost host = lab.hostWith(1);
        // What is free is said by the destination's own daemon when the move begins, after it was planned.
        full.command(java.util.List.of("sh", "-c", """
                        sed -E 's/^(MemFree|MemAvailable|Buffers|Cached):.*/\\1: 1000 kB/' /proc/meminfo >/run/lab/meminfo
                        mount --bind /run/lab/meminfo /proc/meminfo""")).check();
        try {
            String vm = host.running().getFirst();
            int place = lab.events.now();
            String run = lab.ordered("vm", "migrate", vm);
            JsonNode failed = lab.events.await(place, run, "MoveFailed", RunLab.PATIENCE);
            assertThat(failed.toString()).contains("NO_MEMORY");
            lab.endedAs("DONE", place, run);
            assertThat(lab.hostOf(vm).name()).isNotIn(full.name(), host.name());
        } finally {
            full.command(java.util.List.of("umount", "/proc/meminfo")).check();
        }
    }

    @Test
    @Order(50)
    void a_destination_that_loses_its_power_costs_nothing() throws Exception {
        RunLab lab = lab();
        LabHost lost = lab.emptyHost();
        LabHost host = lab.hostWith(2);
        host.shape(8);
        int place = lab.events.now();
        try {
            String run = lab.ordered("host", "evacuate", host.name());
            lab.firstMoving(place, run, host);
            lost.crash();
            host.unshape();
            lab.endedAs("DONE", place, run);
        } finally {
            host.unshape();
            lost.start();
        }
        lab.awaitSeen(lost);
    }

    @Test
    @Order(51)
    void a_third_host_that_loses_its_power_is_no_matter() throws Exception {
        RunLab lab = lab();
        LabHost lost = lab.emptyHost();
        LabHost host = lab.hostWith(1);
        String vm = host.running().getFirst();
        LabHost to = lab.others(host).stream()
                .filter(h -> h.number() != lost.number())
                .findFirst()
                .orElseThrow();
        host.shape(8); // so that it is still on its way when the other host goes
        int place = lab.events.now();
        try {
            String run = lab.ordered("vm", "migrate", vm, "--to", to.name());
            lab.awaitMoving(host, vm);
            lost.crash();
            host.unshape();
            lab.endedAs("DONE", place, run);
            assertThat(lab.hostOf(vm).name()).isEqualTo(to.name());
        } finally {
            host.unshape();
            lost.start();
        }
        lab.awaitSeen(lost);
    }

    @Test
    @Order(52)
    void a_link_that_is_cut_and_stays_cut_costs_nothing() throws Exception {
        RunLab lab = lab();
        LabHost to = lab.emptyHost();
        LabHost host = lab.hostOf("disk");
        host.shape(8);
        int place = lab.events.now();
        try {
            String run = lab.ordered("vm", "migrate", "disk");
            lab.firstMoving(place, run, host);
            host.stopLink(to);
            host.unshape();
            lab.endedAs("DONE", place, run);
        } finally {
            host.unshape();
            host.restoreLink(to);
        }
        assertThat(lab.hostOf("disk").name()).isNotIn(host.name(), to.name());
    }

    @Test
    @Order(53)
    void a_source_that_loses_its_power_is_shown_to_a_person_and_settled_when_it_is_back() throws Exception {
        RunLab lab = lab();
        LabHost host = lab.emptyHost();
        lab.endedAs("DONE", lab.events.now(), lab.ordered("vm", "migrate", "phoenix", "--to", host.name()));
        host.shape(8);
        int place = lab.events.now();
        String run = lab.ordered("vm", "migrate", "phoenix");
        lab.awaitMoving(host, "phoenix");
        killed("phoenix");
        host.crash();
        JsonNode asked = lab.events.await(place, run, "PersonNeeded", RunLab.PATIENCE);
        assertThat(asked.toString()).contains("HOST_SILENT").contains("on its way to host");
        assertThat(lab.show(run).get("needsPerson").asBoolean()).isTrue();
        lab.evenkeel.run("run", "cancel", run, "--reason", "a test: remembered until the host is back");
        host.unshape();
        host.start();
        lab.endedAs("CANCELLED", place, run);
        assertThat(lab.events.of(place, run)).anyMatch(e -> e.startsWith("VmDied"));
        assertThat(lab.hostOf("phoenix").name()).isEqualTo(host.name());
    }
}
