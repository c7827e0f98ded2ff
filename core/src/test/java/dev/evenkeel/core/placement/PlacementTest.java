package dev.evenkeel.core.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.hostrun.Given;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private final Given given = new Given();

    @BeforeEach
    void aVmOnAHost() {
        given.host("h1").runs("vm-a");
    }

    private Placement.Answer answer() {
        Fleet fleet = given.fleet();
        return Placement.target(
                fleet.vmsOn(new HostId("h1")).getFirst(),
                fleet,
                host -> given.update().isOn(host.facts()));
    }

    private String target() {
        Host host = ((Placement.Answer.Target) answer()).host();
        return host.id().value();
    }

    private Refusal nowhere() {
        return ((Placement.Answer.Nowhere) answer()).why();
    }

    @Test
    void takesTheUpdatedHostEvenWhenAnotherHasMoreRoom() {
        given.host("h2");
        given.host("h3").memory(2048).qemu("11.1.0");

        assertThat(target()).isEqualTo("h3");
    }

    @Test
    void fillsUpdatedHostsTightly() {
        given.host("h2").qemu("11.1.0");
        given.host("h3").memory(2048).qemu("11.1.0");

        assertThat(target()).isEqualTo("h3");
    }

    @Test
    void takesTheEmptiestWhereNoneIsUpdated() {
        given.host("h2").runs("vm-b");
        given.host("h3");

        assertThat(target()).isEqualTo("h3");
    }

    @Test
    void whatIsOnADedicatedHostStaysOnItsTenantsHosts() {
        given.host("h1").dedicatedTo("acme");
        given.host("h2");
        given.host("h3").dedicatedTo("globex");

        assertThat(nowhere().evidence())
                .containsEntry("h2", "not dedicated to tenant acme")
                .containsEntry("h3", "dedicated to another tenant");

        given.host("h4").memory(4096).dedicatedTo("acme");
        assertThat(target()).isEqualTo("h4");
    }

    @Test
    void aDedicatedHostIsFilledByNobodyUnasked() {
        given.host("h2").dedicatedTo("acme");
        given.host("h3").dedicatedTo("globex");
        assertThat(nowhere().evidence()).containsOnlyKeys("h2", "h3");

        given.host("h4").memory(4096);
        assertThat(target()).isEqualTo("h4");
    }

    @Test
    void whatIsOnAnothersDedicatedHostLeavesItForAHostOfEverybodys() {
        given.host("h1").dedicatedTo("globex");
        given.host("h2").dedicatedTo("globex");
        given.host("h3").dedicatedTo("acme");
        given.host("h4").memory(4096);

        assertThat(target()).isEqualTo("h4");
    }

    @Test
    void aPersonMayFillADedicatedHostWithItsTenantsVmsAlone() {
        given.host("h2").dedicatedTo("acme");
        given.host("h3").dedicatedTo("globex");
        Vm vm = given.fleet().vmsOn(new HostId("h1")).getFirst();

        assertThat(Placement.to(new HostId("h2"), vm, given.fleet())).isInstanceOf(Placement.Answer.Target.class);
        assertThat(Placement.to(new HostId("h3"), vm, given.fleet()))
                .isInstanceOfSatisfying(
                        Placement.Answer.Nowhere.class,
                        nowhere -> assertThat(nowhere.why().why()).contains("h3: dedicated to another tenant"));
    }

    @Test
    void keepsAReserveForTheHostItself() {
        given.host("h2").memory(1024 + 255);
        assertThat(nowhere().evidence())
                .hasEntrySatisfying("h2", why -> assertThat(why).startsWith("memory"));

        given.host("h2").memory(1024 + 256);
        assertThat(target()).isEqualTo("h2");
    }

    @Test
    void promisesCpusOnlyUpToTheOvercommit() {
        given.host("h2").cpus(1).runs("vm-b");
        given.vm("vm-b").vcpus(Placement.CPU_OVERCOMMIT);

        assertThat(nowhere().evidence())
                .hasEntrySatisfying("h2", why -> assertThat(why).startsWith("CPU"));
    }

    @Test
    void keepsAnAvailabilitySetApart() {
        given.host("h2").runs("vm-b");
        given.vm("vm-a").inSet("web");
        given.vm("vm-b").inSet("web");
        assertThat(nowhere().evidence())
                .hasEntrySatisfying("h2", why -> assertThat(why).contains("web"));

        given.vm("vm-b").is(VmState.SHUT_OFF);
        assertThat(target()).isEqualTo("h2");
    }

    @Test
    void saysForEachHostWhyNot() {
        given.host("h2").cordoned();
        given.host("h3").silent();
        given.host("h4").inMaintenance();
        given.host("h5").inDomain("md2");

        assertThat(nowhere().code()).isEqualTo("NO_TARGET");
        assertThat(nowhere().evidence())
                .isEqualTo(new TreeMap<>(java.util.Map.of(
                        "h2", "cordoned",
                        "h3", "not reachable",
                        "h4", "in maintenance",
                        "h5", "another migration domain")));
    }

    @Test
    void anEvacuationCountsWhatItPlacedBefore() {
        given.host("h1").runs("vm-b");
        given.host("h2").memory(1500);
        given.host("h3").memory(1400);

        var plan = Placement.evacuate(new HostId("h1"), given.fleet(), host -> false);

        assertThat(plan).containsOnlyKeys(new VmId("vm-a"), new VmId("vm-b"));
        assertThat(plan.values())
                .extracting(
                        found -> ((Placement.Answer.Target) found).host().id().value())
                .containsExactlyInAnyOrder("h2", "h3");
    }

    @Test
    void theLargestVmIsPlacedFirst() {
        given.host("h1").runs("vm-b");
        given.vm("vm-b").memory(4096);
        given.host("h2").memory(4096 + 300);
        given.host("h3").memory(1024 + 300);

        assertThat(Placement.evacuate(new HostId("h1"), given.fleet(), host -> false)
                        .values())
                .allMatch(found -> found instanceof Placement.Answer.Target);
    }
}
