package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A VM that is shut down on one host and started on another, as its owner ordered or lets be done. */
class RedeployTest {
    private static final String AGREED = "acme redeploys it";
    private static final Duration OUT = Duration.ofSeconds(20);

    private final Given given = new Given();

    private OneRun redeploying(@Nullable String agreed) {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        return OneRun.of(given, "h1", new Purpose.Redeploy(new VmId("vm-a"), null, Given.UPDATE, agreed));
    }

    private static Effect.RedeployVm ordered(OneRun run) {
        return (Effect.RedeployVm) run.latest().effect();
    }

    private OneRun arrives(OneRun run) {
        HostId to = ordered(run).to();
        given.passes(OUT);
        given.vm("vm-a").isOn(to.value());
        return run.told(OneRun.ended(run.latest().id(), new Outcome.Moved(to, OUT, OUT, Bytes.ZERO, false, null)));
    }

    private OneRun staysDown(OneRun run) {
        given.passes(OUT);
        given.vm("vm-a").is(VmState.SHUT_OFF);
        return run.told(OneRun.ended(run.latest().id(), OneRun.failed("NO_START", Aftermath.VM_DEAD, false)));
    }

    @Test
    void itRunsOnTheOtherHostAndTheLedgerHasTheRestart() {
        OneRun run = redeploying(AGREED).begins();
        assertThat(run.effects())
                .containsExactly(new Effect.RedeployVm(
                        new VmId("vm-a"),
                        new HostId("h1"),
                        new HostId("h2"),
                        ordered(run).toAddress(),
                        RunPolicy.DEFAULT.stop(),
                        AGREED));
        assertThat(run.events()).containsExactly("vm-a REDEPLOY started");
        assertThat(run.run().holds())
                .as("should it have to be started where it was, its host is not being changed")
                .contains(new Hold("host:h1", 1));

        arrives(run);

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.events()).isEmpty();
        LedgerEntry row = run.ledger().getFirst();
        assertThat(row.method()).isEqualTo(Method.REBOOT);
        assertThat(row.stop()).isEqualTo(OUT);
        assertThat(row.from()).isEqualTo(new HostId("h1"));
        assertThat(row.to()).isEqualTo(new HostId("h2"));
        assertThat(run.noticeTypes()).contains("VmRedeployed");
    }

    @Test
    void aHostThatHasTheUpdateIsTakenThoughAnotherHasMoreRoom() {
        given.host("h3").qemu("11.1").memory(2000);

        assertThat(ordered(redeploying(AGREED).begins()).to().value()).isEqualTo("h3");
    }

    @Test
    void anOwnersOrderGoesBeforeWhatTheyLetBeDoneToTheVm() {
        OneRun run = redeploying(AGREED);
        given.vm("vm-a").owner(OneRun.staying(Intent.Restart.NEVER));
        given.vm("vm-a").exempt(Duration.ofDays(1));

        assertThat(run.begins().effects()).hasOnlyElementsOfType(Effect.RedeployVm.class);
    }

    @Test
    void withoutTheirOrderConsentIsNeeded() {
        OneRun run = redeploying(null).begins();

        assertThat(run.effects()).isEmpty();
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("NO_CONSENT");
    }

    @Test
    void withoutTheirOrderItHasItsNotice() {
        OneRun run = redeploying(null);
        given.vm("vm-a")
                .owner(new Intent(
                                Duration.ofSeconds(5),
                                Intent.Migration.ALLOWED,
                                false,
                                Intent.Restart.CONSENT,
                                Intent.OnHostFailure.LEAVE)
                        .withNotice(Duration.ofHours(1)));

        run.begins();
        assertThat(run.effects()).isEmpty();
        assertThat(run.events()).containsExactly("vm-a REDEPLOY");

        run.approved("vm-a");
        assertThat(run.effects()).hasOnlyElementsOfType(Effect.RedeployVm.class);
        assertThat(run.events()).containsExactly("vm-a REDEPLOY started");
    }

    @Test
    void aTiedVmStaysWhereItIs() {
        OneRun run = redeploying(AGREED);
        given.vm("vm-a").obstacle("HOST_DEVICE");
        run.begins();

        assertThat(run.effects()).isEmpty();
        assertThat(run.why().code()).isEqualTo("HOST_DEVICE");
    }

    @Test
    void oneThatDoesNotStartThereIsStartedWhereItWas() {
        OneRun run = staysDown(redeploying(AGREED).begins());

        assertThat(run.latest().effect()).isEqualTo(new Effect.StartVm(new VmId("vm-a")));
        assertThat(run.latest().agent()).isEqualTo(new HostId("h1"));
        assertThat(run.events()).containsExactly("vm-a REDEPLOY started");
        assertThat(run.released()).as("its set is still disturbed").isEmpty();

        given.passes(OUT);
        run.started("vm-a");
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("NO_START");
        assertThat(run.ledger().getFirst().stop()).isEqualTo(OUT.multipliedBy(2));
        assertThat(run.run().vmsLost()).isZero();
    }

    @Test
    void aGuestThatGoesDownLateIsStartedWhereItWas() {
        OneRun run = redeploying(AGREED).begins();
        run.told(OneRun.ended(run.latest().id(), OneRun.failed("DID_NOT_STOP", Aftermath.CHANGED, false)));
        assertThat(run.outcome()).as("it may yet go down").isNull();
        assertThat(run.effects()).hasSize(1);

        given.passes(OUT);
        given.vm("vm-a").is(VmState.SHUT_OFF);
        given.everyHostIsSeen();
        run.told(new RunEvent.HostObserved(new HostId("h1"))).looks();

        run.started("vm-a");
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
    }

    @Test
    void whoCancelsMeanwhileGetsItUpAgainWhereItWas() {
        OneRun run = redeploying(AGREED).begins();
        Effect.RedeployVm redeploy = ordered(run);
        run.cancelled();
        given.vm("vm-a").is(VmState.SHUT_OFF);
        run.about(redeploy, OneRun.failed("NO_START", Aftermath.VM_DEAD, false)).started("vm-a");

        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void whenNobodyCanSayWhereItIsAPersonIsAskedAndNothingIsStarted() {
        OneRun run = redeploying(AGREED).begins();
        Effect.RedeployVm redeploy = ordered(run);
        run.latestIsUnknown();

        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.effects()).noneMatch(Effect.StartVm.class::isInstance);
        assertThat(run.why().evidence()).containsEntry("mayBeDown", "vm-a");

        given.vm("vm-a").isOn("h2");
        run.about(redeploy, new Outcome.Moved(new HostId("h2"), OUT, OUT, Bytes.ZERO, false, null));
        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void anUpdateThatWaitsForItsOwnerGoesOnWithoutIt() {
        OneRun offering = OneRun.offering(given, "vm-a");
        given.vm("vm-a").isOn("h2");
        given.everyHostIsSeen();

        offering.told(new RunEvent.HostObserved(new HostId("h1"))).looks();

        assertThat(offering.state()).isNotInstanceOf(HostRunState.Offering.class);
    }
}
