package dev.evenkeel.core.impact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LadderTest {
    private final Given given = new Given();

    @BeforeEach
    void aHostWithAVmAndRoomElsewhere() {
        given.host("h1").runs("vm-a");
        given.host("h2");
    }

    private MethodChoice choice() {
        return Ladder.choose(
                given.update(),
                given.fleet().host(new HostId("h1")).orElseThrow(),
                given.fleet(),
                given::forecast,
                id -> null);
    }

    private List<String> refusals(Method method) {
        return choice().rungs().stream()
                .filter(rung -> rung.method() == method)
                .flatMap(rung -> rung.refusals().stream())
                .map(Refusal::code)
                .toList();
    }

    private static Intent intent(
            Duration maxPause, Intent.Migration migration, boolean postCopy, Intent.Restart restart) {
        return new Intent(maxPause, migration, postCopy, restart, Intent.OnHostFailure.LEAVE);
    }

    @Test
    void movesTheVmsWhereAllCanBeMovedAndForecastsEach() {
        assertThat(choice().method()).isEqualTo(Method.MIGRATE);
        assertThat(choice().forecasts()).hasSize(1);
        assertThat(choice().forecasts().getFirst().impact()).isInstanceOf(Impact.Pause.class);
    }

    @Test
    void saysOfEveryGentlerRungWhyNot() {
        given.updateAlsoBy(Method.HOT_PATCH);

        assertThat(refusals(Method.HOT_PATCH)).containsExactly("NO_PATCH_FOR_BUILD");
        assertThat(refusals(Method.PRESERVE_VMM)).containsExactly("NO_PAYLOAD");
        assertThat(refusals(Method.MIGRATE)).isEmpty();
    }

    @Test
    void anEmptyHostIsMigratedWithNobodyFeelingIt() {
        given.vm("vm-a").isGone();

        assertThat(choice().method()).isEqualTo(Method.MIGRATE);
        assertThat(choice().forecasts()).isEmpty();
    }

    @Test
    void aVmWhoseOwnerSaysNeverIsNotMoved() {
        given.vm("vm-a").owner(intent(Duration.ofSeconds(5), Intent.Migration.NEVER, false, Intent.Restart.NEVER));

        assertThat(choice().method()).isNull();
        assertThat(refusals(Method.MIGRATE)).containsExactly("MIGRATION_NEVER");
    }

    @Test
    void aVmWhoseOwnerSaysAvoidIsMovedWhenNothingGentlerIsLeft() {
        given.vm("vm-a").owner(intent(Duration.ofSeconds(5), Intent.Migration.AVOID, false, Intent.Restart.NEVER));

        assertThat(choice().method()).isEqualTo(Method.MIGRATE);
    }

    @Test
    void aVmBoundToItsHostIsNotMoved() {
        given.vm("vm-a").obstacle("HOST_DEVICE");

        assertThat(refusals(Method.MIGRATE)).containsExactly("HOST_DEVICE");
    }

    @Test
    void aPauseLongerThanItsOwnerAllowsIsRefusedBeforehandWithTheForecast() {
        given.vm("vm-a").owner(intent(Duration.ofMillis(100), Intent.Migration.ALLOWED, false, Intent.Restart.NEVER));
        given.vm("vm-a").pauses(Duration.ofMillis(300));

        Refusal why = choice().rungs().stream()
                .flatMap(rung -> rung.refusals().stream())
                .filter(refusal -> refusal.code().equals("PAUSE_TOO_LONG"))
                .findFirst()
                .orElseThrow();
        assertThat(why.evidence()).containsEntry("forecast", "PT0.3S").containsEntry("maxPause", "PT0.1S");
    }

    @Test
    void aPauseThatPostCopyShortensIsNot() {
        given.vm("vm-a").owner(intent(Duration.ofMillis(100), Intent.Migration.ALLOWED, true, Intent.Restart.NEVER));
        given.vm("vm-a").pauses(Duration.ofMillis(300));

        assertThat(choice().method()).isEqualTo(Method.MIGRATE);
    }

    @Test
    void withoutRoomThereIsNoMove() {
        given.host("h2").memory(100);

        assertThat(refusals(Method.MIGRATE)).containsExactly("NO_TARGET");
    }

    private static Intent stays(Intent.Restart restart) {
        return intent(Duration.ofSeconds(5), Intent.Migration.NEVER, false, restart);
    }

    @Test
    void aRestartNeedsTheConsentOfEveryOwnerWhoseVmCannotBeMoved() {
        given.updateAlsoBy(Method.REBOOT);
        given.host("h1").runs("vm-b", "vm-c");
        given.vm("vm-a").owner(stays(Intent.Restart.NEVER));
        given.vm("vm-b").owner(stays(Intent.Restart.CONSENT));
        assertThat(choice().method()).isNull();
        assertThat(refusals(Method.REBOOT)).containsExactly("NO_CONSENT");

        given.vm("vm-a").owner(stays(Intent.Restart.CONSENT));
        assertThat(choice().method()).isEqualTo(Method.REBOOT);
        assertThat(choice().forecasts().stream().map(VmForecast::impact))
                .as("only what can't be moved is restarted")
                .hasExactlyElementsOfTypes(Impact.Restart.class, Impact.Restart.class, Impact.Pause.class);
    }

    @Test
    void consentAloneRestartsNobodyWhoCanBeMoved() {
        given.updateAlsoBy(Method.REBOOT);
        given.vm("vm-a").owner(intent(Duration.ofSeconds(5), Intent.Migration.ALLOWED, false, Intent.Restart.CONSENT));

        assertThat(choice().method()).isEqualTo(Method.MIGRATE);
        given.host("h2").memory(100);
        assertThat(choice().method()).as("room may come").isNull();
    }

    @Test
    void twoOfOneAvailabilitySetAreNotDownTogether() {
        given.updateAlsoBy(Method.REBOOT);
        given.host("h1").runs("vm-b");
        given.vm("vm-a").owner(stays(Intent.Restart.CONSENT)).inSet("web");
        given.vm("vm-b").owner(stays(Intent.Restart.CONSENT)).inSet("web");

        assertThat(refusals(Method.REBOOT)).containsExactly("SET_TOGETHER");
    }

    @Test
    void oneRefusalNamesEveryRungAndEveryVm() {
        given.host("h1").runs("vm-b");
        given.vm("vm-a").obstacle("HOST_DEVICE");
        given.vm("vm-b").obstacle("HOST_CPU");

        assertThat(choice().refusal().evidence().values())
                .anyMatch(why -> why.contains("vm-a"))
                .anyMatch(why -> why.contains("vm-b"));
    }

    @Test
    void aVmWhoseMemoryCanStayGetsTheNewVmmWhereItIs() {
        given.updateAlsoBy(Method.PRESERVE_VMM);

        assertThat(choice().method()).isEqualTo(Method.PRESERVE_VMM);
        assertThat(choice().forecasts().getFirst().to()).isEqualTo(new HostId("h1"));
        assertThat(choice().forecasts().getFirst().impact()).isEqualTo(new Impact.Pause(PauseModel.HAND_OVER));
    }

    @Test
    void aVmThatIsTiedOrWouldPauseTooLongIsMovedAndTheOthersStay() {
        given.updateAlsoBy(Method.PRESERVE_VMM);
        given.host("h1").runs("vm-b", "vm-c");
        given.vm("vm-b").tied("MEMORY_NOT_SHARED");
        given.vm("vm-c").owner(intent(Duration.ofMillis(10), Intent.Migration.ALLOWED, true, Intent.Restart.NEVER));

        assertThat(choice().method()).isEqualTo(Method.PRESERVE_VMM);
        assertThat(choice().forecasts())
                .extracting(f -> f.vm() + " " + f.to())
                .containsExactly("vm-a h1", "vm-b h2", "vm-c h2");
    }

    @Test
    void aVmThatCanNeitherStayNorMoveRefusesTheRungWithBothReasons() {
        given.updateAlsoBy(Method.PRESERVE_VMM);
        given.vm("vm-a").tied("MEMORY_NOT_SHARED").obstacle("HOST_DEVICE");

        assertThat(refusals(Method.PRESERVE_VMM)).containsExactly("MEMORY_NOT_SHARED", "HOST_DEVICE");
    }

    @Test
    void aPausedVmIsNotHandedOverButMoved() {
        given.updateAlsoBy(Method.PRESERVE_VMM);
        given.vm("vm-a").is(VmState.PAUSED);

        assertThat(choice().forecasts().getFirst().to()).isEqualTo(new HostId("h2"));
    }
}
