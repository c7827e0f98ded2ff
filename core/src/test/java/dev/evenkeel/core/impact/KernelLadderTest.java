package dev.evenkeel.core.impact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rung on which VMs stand still while their host's kernel is replaced. */
class KernelLadderTest {
    private final Given given = new Given();

    @BeforeEach
    void aKernelUpdateForAHostWithAVmAndRoomElsewhere() {
        given.updateIsOf(Component.KERNEL);
        given.updateAlsoBy(Method.PRESERVE_KERNEL);
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a").owner(lets(Duration.ofMinutes(1)));
    }

    private static Intent lets(Duration pause) {
        return new Intent(pause, Intent.Migration.ALLOWED, false, Intent.Restart.NEVER, Intent.OnHostFailure.LEAVE);
    }

    private MethodChoice choice() {
        return Ladder.choose(
                given.update(),
                given.fleet().host(new HostId("h1")).orElseThrow(),
                given.fleet(),
                given::forecast,
                id -> null);
    }

    private List<String> refusals() {
        return choice().rungs().stream()
                .filter(rung -> rung.method() == Method.PRESERVE_KERNEL)
                .flatMap(rung -> rung.refusals().stream())
                .map(Refusal::code)
                .toList();
    }

    private List<String> places() {
        assertThat(choice().method()).isEqualTo(Method.PRESERVE_KERNEL);
        return choice().forecasts().stream().map(f -> f.vm() + " " + f.to()).toList();
    }

    @Test
    void aVmWhoseMemoryCanStayStandsStillWhereItIs() {
        assertThat(places()).containsExactly("vm-a h1");
        assertThat(choice().forecasts().getFirst().impact()).isEqualTo(new Impact.Pause(PauseModel.SWITCH_KERNEL));
    }

    @Test
    void anotherComponentDoesNotComeInThisWay() {
        given.updateIsOf(Component.FIRMWARE);

        assertThat(refusals()).containsExactly("WRONG_COMPONENT");
        assertThat(choice().method()).isEqualTo(Method.MIGRATE);
    }

    @Test
    void aHostThatKeepsNoMemoryIsToldHowItCould() {
        given.host("h1").isPlain();

        Refusal why = choice().rungs().stream()
                .flatMap(rung -> rung.refusals().stream())
                .filter(refusal -> refusal.code().equals("NO_MECHANISM"))
                .findFirst()
                .orElseThrow();
        assertThat(why.why()).contains("memmap", "memory_backing_dir", "kexec-tools");
        assertThat(why.evidence()).containsEntry("capability", Ladder.PRESERVE_KERNEL);
        assertThat(choice().method()).isEqualTo(Method.MIGRATE);
    }

    @Test
    void whoIsTiedPausedOrMayNotStandStillThatLongIsMovedAndTheOthersStay() {
        given.host("h1").runs("vm-b", "vm-c", "vm-d");
        given.vm("vm-b").owner(lets(Duration.ofMinutes(1))).tied("MEMORY_NOT_SHARED");
        given.vm("vm-c").owner(lets(Duration.ofSeconds(5)));
        given.vm("vm-d").owner(lets(Duration.ofMinutes(1))).is(VmState.PAUSED);

        assertThat(places()).containsExactly("vm-a h1", "vm-b h2", "vm-c h2", "vm-d h2");
    }

    @Test
    void whoCanNeitherStayNorMoveRefusesTheRungWithBothReasons() {
        given.vm("vm-a").tied("MEMORY_NOT_SHARED").obstacle("HOST_DEVICE");

        assertThat(refusals()).containsExactly("MEMORY_NOT_SHARED", "HOST_DEVICE");
    }

    @Test
    void ofAnAvailabilitySetOneStaysAndTheOthersMove() {
        given.host("h1").runs("vm-b", "vm-c");
        given.host("h3");
        for (String vm : List.of("vm-a", "vm-b", "vm-c")) {
            given.vm(vm).owner(lets(Duration.ofMinutes(1))).inSet("web");
        }

        assertThat(places()).containsExactly("vm-a h1", "vm-b h2", "vm-c h3");
    }

    @Test
    void oneThatCannotStayAnywayLeavesTheStayToAnotherOfItsSet() {
        given.host("h1").runs("vm-b");
        given.vm("vm-a").inSet("web").tied("MEMORY_NOT_SHARED");
        given.vm("vm-b").owner(lets(Duration.ofMinutes(1))).inSet("web");

        assertThat(places()).containsExactly("vm-a h2", "vm-b h1");
    }

    @Test
    void twoOfOneSetThatCannotMoveRefuseTheRung() {
        given.host("h1").runs("vm-b");
        given.vm("vm-a").inSet("web").obstacle("HOST_DEVICE");
        given.vm("vm-b").owner(lets(Duration.ofMinutes(1))).inSet("web").obstacle("HOST_DEVICE");

        assertThat(refusals()).containsExactly("SET_TOGETHER", "HOST_DEVICE");
    }

    @Test
    void oneThatCannotMoveStaysAndTheOthersOfItsSetMoveThoughTheirNamesComeFirst() {
        given.host("h1").runs("vm-b");
        given.vm("vm-a").inSet("web");
        given.vm("vm-b").owner(lets(Duration.ofMinutes(1))).inSet("web").obstacle("HOST_DEVICE");

        assertThat(places()).containsExactly("vm-a h2", "vm-b h1");
    }
}
