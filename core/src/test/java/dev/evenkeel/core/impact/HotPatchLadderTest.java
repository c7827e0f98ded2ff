package dev.evenkeel.core.impact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PatchFile;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The first rung: no VM feels anything, wherever it holds. */
class HotPatchLadderTest {
    private static final String KERNEL = "6.1.0-41-amd64";
    private static final PatchFile FIX = Given.livepatch(KERNEL);

    private final Given given = new Given();

    @BeforeEach
    void aFixThatAlsoComesByMigrationForAHostWithTwoVmsAndRoomElsewhere() {
        given.updateAlsoPatches(FIX);
        given.host("h1").kernel(KERNEL).runs("vm-a", "vm-b");
        given.host("h2").kernel(KERNEL);
    }

    private Host host() {
        return given.fleet().host(new HostId("h1")).orElseThrow();
    }

    private MethodChoice choice() {
        return Ladder.choose(given.update(), host(), given.fleet(), given::forecast, id -> null);
    }

    private MethodChoice takeBack() {
        return HotPatching.takeBack(given.update(), host(), given.fleet());
    }

    private static Refusal onlyRefusal(MethodChoice choice) {
        List<Refusal> all = choice.rungs().getFirst().refusals();
        assertThat(choice.rungs().getFirst().method()).isEqualTo(Method.HOT_PATCH);
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    @Test
    void aPatchForWhatRunsIsPreferredAndNoVmFeelsIt() {
        assertThat(choice().method()).isEqualTo(Method.HOT_PATCH);
        assertThat(choice().rungs()).hasSize(1);
        assertThat(choice().forecasts())
                .extracting(f -> f.vm() + " " + f.to() + " " + f.impact())
                .containsExactly("vm-a h1 " + new Impact.None(), "vm-b h1 " + new Impact.None());
    }

    @Test
    void whatVmsAreMakesNoDifference() {
        given.vm("vm-a")
                .owner(new Intent(
                        Duration.ofSeconds(5),
                        Intent.Migration.NEVER,
                        false,
                        Intent.Restart.NEVER,
                        Intent.OnHostFailure.LEAVE))
                .obstacle("HOST_DEVICE")
                .tied("MEMORY_NOT_SHARED");
        given.vm("vm-b").is(VmState.PAUSED);
        given.host("h2").memory(100);

        assertThat(choice().method()).isEqualTo(Method.HOT_PATCH);
        assertThat(choice().forecasts()).extracting(VmForecast::impact).containsOnly(new Impact.None());
    }

    @Test
    void aHostOnAnotherBuildFallsToTheNextRungWithTheReason() {
        given.host("h1").kernel("6.1.0-41-cloud-amd64");

        Refusal why = onlyRefusal(choice());
        assertThat(why.code()).isEqualTo("NO_PATCH_FOR_BUILD");
        assertThat(why.why()).contains("h1", "6.1.0-41-cloud-amd64", KERNEL);
        assertThat(why.evidence()).containsEntry("runs", "6.1.0-41-cloud-amd64").containsEntry("targets", KERNEL);
        assertThat(choice().method()).isEqualTo(Method.MIGRATE);
        assertThat(choice().forecasts())
                .as("what the rung that was refused would have cost is forgotten")
                .extracting(VmForecast::impact)
                .hasOnlyElementsOfType(Impact.Pause.class);
    }

    @Test
    void everyBuildThatThereIsAPatchForIsNamedOnce() {
        PatchFile more = new PatchFile(
                "more.ko", "ef".repeat(32), Bytes.ofMiB(1), PatchFile.Kind.LIVEPATCH, "more", "1", KERNEL);
        given.updateAlsoPatches(FIX, more, Given.livepatch("6.12.9-amd64"));
        given.host("h1").kernel("5.10.0-1-amd64");

        assertThat(onlyRefusal(choice()).evidence()).containsEntry("targets", KERNEL + " 6.12.9-amd64");
    }

    @Test
    void aHostThatTakesNoLivepatchIsToldHowItCould() {
        given.host("h1").isPlain();

        Refusal why = onlyRefusal(choice());
        assertThat(why.code()).isEqualTo("NO_MECHANISM");
        assertThat(why.why()).contains("CONFIG_LIVEPATCH");
        assertThat(why.evidence()).containsEntry("capability", HotPatching.LIVEPATCH);
        assertThat(choice().method()).isEqualTo(Method.MIGRATE);
    }

    @Test
    void eachKindNeedsItsOwnMechanism() {
        given.updateAlsoPatches(
                new PatchFile("a.jar", "ef".repeat(32), Bytes.ZERO, PatchFile.Kind.JVM, "a", "1", "Main"),
                new PatchFile("b.so", "ef".repeat(32), Bytes.ZERO, PatchFile.Kind.NATIVE, "b", "1", "9f0d"));

        assertThat(choice().rungs().getFirst().refusals())
                .extracting(why -> why.code() + " " + why.evidence().get("capability"))
                .containsExactly("NO_MECHANISM " + HotPatching.JVM_PATCH, "NO_MECHANISM " + HotPatching.NATIVE_PATCH);
        assertThat(choice().refusal().evidence().values())
                .anyMatch(why -> why.contains("jdk.attach"))
                .anyMatch(why -> why.contains("CAP_SYS_PTRACE"));

        given.host("h1").can(HotPatching.JVM_PATCH).can(HotPatching.NATIVE_PATCH);
        assertThat(choice().method()).isEqualTo(Method.HOT_PATCH);
    }

    @Test
    void whereItIsTheOnlyMethodAHostThatCannotTakeItIsRefusedWithTheReason() {
        given.updateOnlyPatches(FIX);
        given.host("h1").kernel("5.10.0-1-amd64");

        assertThat(choice().method()).isNull();
        assertThat(choice().refusal().evidence().get("HOT_PATCH.0")).contains("5.10.0-1-amd64");
    }

    @Test
    void whatIsLiveIsTakenBackWithNoVmFeelingItWhateverElseTheUpdateBrings() {
        given.host("h1").has(FIX);

        assertThat(takeBack().method()).isEqualTo(Method.HOT_PATCH);
        assertThat(takeBack().forecasts()).extracting(VmForecast::impact).containsOnly(new Impact.None());
        assertThat(takeBack().forecasts()).hasSize(2);
    }

    @Test
    void takingBackHasNoRungToFallTo() {
        given.host("h1").has(FIX).isPlain();

        assertThat(takeBack().method()).isNull();
        assertThat(onlyRefusal(takeBack()).code()).isEqualTo("NO_MECHANISM");
        assertThat(takeBack().rungs()).hasSize(1);
    }
}
