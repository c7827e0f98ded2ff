package dev.evenkeel.agent.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.Libvirt;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.libvirt.MakeBelieveHost;
import dev.evenkeel.agent.migrate.Daemons;
import dev.evenkeel.agent.migrate.Redeployable;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.VmId;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redeployments between two hosts of libvirt's make-believe hypervisor, whose guests go down as soon as they are asked. */
class RedeploymentsTest {
    private static final UUID GUEST = UUID.fromString("11111111-2222-3333-4444-77777777aaaa");
    private static final VmId VM = new VmId(GUEST.toString());
    private static final EffectId ID = new EffectId("run-1/7");
    private static final HostId TO = new HostId("h2");
    private static final Effect.RedeployVm ORDER =
            new Effect.RedeployVm(VM, new HostId("h1"), TO, "10.0.0.2", Duration.ofMinutes(5), "by its owner");

    @TempDir
    private Path directory;

    private MakeBelieveHost here;
    private MakeBelieveHost there;
    private boolean silent;

    private final Daemons daemons = new Daemons() {
        @Override
        public Connection local() {
            return here.connect();
        }

        @Override
        public Connection at(String destinationUri) {
            if (silent) {
                throw LibvirtException.of(new ConnectException("no route to " + destinationUri));
            }
            return there.connect();
        }
    };

    /** Both hosts have the name of the machine that the test runs on, and this driver knows no machine types. */
    private final Redeployments.Check everything =
            (vm, uri, ends) -> Redeployable.check(vm, uri, ends, path -> path.startsWith("/shared/")).stream()
                    .filter(refusal -> !Set.of("SAME_HOST", "NO_MACHINE").contains(refusal.code()))
                    .toList();

    @BeforeEach
    void twoHostsAndAGuest() throws IOException {
        assumeTrue(
                Libvirt.whyUnavailable().isEmpty(),
                () -> Libvirt.whyUnavailable().orElse(""));
        here = MakeBelieveHost.at(directory, "here");
        there = MakeBelieveHost.at(directory, "there");
        define(here, xml("guest", GUEST, "", ""));
        start(here);
    }

    @AfterEach
    void gone() {
        if (here != null) {
            here.close();
        }
        if (there != null) {
            there.close();
        }
    }

    private static String xml(String name, UUID id, String os, String devices) {
        return """
                <domain type='test'><name>%s</name><uuid>%s</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>
                <os><type arch='x86_64'>hvm</type>%s</os><devices>%s</devices></domain>""".formatted(name, id, os, devices);
    }

    private static void define(MakeBelieveHost host, String xml) {
        host.daemon().define(xml).close();
    }

    private static void start(MakeBelieveHost host) {
        try (Domain guest = host.daemon().domain(GUEST).orElseThrow()) {
            guest.start();
        }
    }

    private static boolean runs(MakeBelieveHost host) {
        try (Domain guest = host.daemon().domain(GUEST).orElse(null)) {
            return guest != null && guest.state().isRunning();
        }
    }

    private static boolean isDefined(MakeBelieveHost host) {
        try (Domain guest = host.daemon().domain(GUEST).orElse(null)) {
            return guest != null && guest.isPersistent();
        }
    }

    private Restarts restarts() {
        return new Restarts(directory.resolve("stops"), here::connect);
    }

    private Redeployments redeployments(Redeployments.Check check) {
        return new Redeployments(
                restarts(),
                daemons,
                address -> "test://" + address,
                directory.resolve("redeployments"),
                check,
                Duration.ZERO);
    }

    /** By an agent that has just come up: nothing is kept in memory from one to the next. */
    private Outcome perform() {
        return redeployments(everything).perform(ID, ORDER);
    }

    /** What happens when it has been checked and before the guest is asked. */
    private Outcome perform(Runnable meanwhile) {
        return redeployments((vm, uri, ends) -> {
                    meanwhile.run();
                    return List.of();
                })
                .perform(ID, ORDER);
    }

    private void assertRunsThereOnly(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Moved.class);
        Outcome.Moved moved = (Outcome.Moved) outcome;
        assertThat(moved.to()).isEqualTo(TO);
        assertThat(moved.stop()).isPositive().isLessThanOrEqualTo(moved.total());
        assertThat(runs(there)).isTrue();
        assertThat(isDefined(there)).isTrue();
        assertThat(here.daemon().domain(GUEST)).isEmpty();
    }

    private static void assertFailed(Outcome outcome, String code, Aftermath aftermath, boolean retryable) {
        Outcome.Failed failed = (Outcome.Failed) outcome;
        assertThat(failed.why().code()).as(failed.why().why()).isEqualTo(code);
        assertThat(failed.aftermath()).isEqualTo(aftermath);
        assertThat(failed.retryable()).isEqualTo(retryable);
    }

    private static void assertUnknown(Outcome outcome, String code) {
        assertThat(((Outcome.Unknown) outcome).why().code()).isEqualTo(code);
    }

    private void assertDeadButDefinedHere(Outcome outcome, String code) {
        assertFailed(outcome, code, Aftermath.VM_DEAD, false);
        assertThat(isDefined(here)).isTrue();
        assertThat(runs(here)).isFalse();
        assertThat(runs(there)).isFalse();
    }

    private void assertRefused(String code, boolean retryable) {
        assertFailed(perform(), code, Aftermath.UNCHANGED, retryable);
        assertThat(runs(here)).isTrue();
        assertThat(redeployments(everything).probe(ID)).isInstanceOf(Probe.NotStarted.class);
    }

    /** The guest as it would be had it been defined otherwise before it was started. */
    private void guestHas(String os, String devices) {
        try (Domain guest = here.daemon().domain(GUEST).orElseThrow()) {
            guest.destroy();
        }
        define(here, xml("guest", GUEST, os, devices));
        start(here);
    }

    @Test
    void aGuestGoesDownAndItsVmIsStartedThere() {
        assertThat(redeployments(everything).probe(ID)).isInstanceOf(Probe.NotStarted.class);
        assertRunsThereOnly(perform());
        assertThat(redeployments(everything).probe(ID)).isInstanceOf(Probe.Running.class);
    }

    @Test
    void aVmThatStartsWithItsHostDoesSoThereToo() {
        try (Domain guest = here.daemon().domain(GUEST).orElseThrow()) {
            guest.setStartsWithHost(true);
        }
        assertRunsThereOnly(perform());
        try (Domain guest = there.daemon().domain(GUEST).orElseThrow()) {
            assertThat(guest.startsWithHost()).isTrue();
        }
    }

    @Test
    void withoutConsentNothingIsTouched() {
        Effect.RedeployVm unasked =
                new Effect.RedeployVm(VM, ORDER.from(), TO, ORDER.toAddress(), ORDER.patience(), null);
        assertFailed(redeployments(everything).perform(ID, unasked), "NO_CONSENT", Aftermath.UNCHANGED, false);
        assertThat(runs(here)).isTrue();
    }

    @Test
    void aDiskThatLiesHereOnlyKeepsItHere() {
        guestHas(
                "",
                "<disk type='file' device='disk'><source file='/shared/a.img'/><target dev='vda'/></disk>"
                        + "<disk type='file' device='cdrom'><source file='/img/b.iso'/><target dev='hdb'/><readonly/></disk>");
        assertRefused("DISK_NOT_SHARED", false);
    }

    @Test
    void anImageUnderADiskThatLiesHereOnlyKeepsItHere() {
        guestHas("", """
                <disk type='file' device='disk'><driver type='qcow2'/><source file='/shared/a.img'/>
                <backingStore type='file'><format type='raw'/><source file='/img/base.img'/></backingStore>
                <target dev='vda'/></disk>""");
        assertRefused("DISK_NOT_SHARED", false);
    }

    @Test
    void whatIsSharedGoesAlong() {
        guestHas(
                "<loader type='pflash' readonly='yes'>/fw/code.fd</loader><nvram>/shared/vars.fd</nvram>",
                "<disk type='file' device='disk'><source file='/shared/a.img'/><target dev='vda'/></disk>");
        assertRunsThereOnly(perform());
    }

    @Test
    void theMemoryOfAFirmwareKeepsItHere() {
        guestHas("<loader type='pflash' readonly='yes'>/fw/code.fd</loader><nvram>/var/vars.fd</nvram>", "");
        assertRefused("STATE_ON_HOST", false);
    }

    @Test
    void anEmulatedTpmKeepsItHere() {
        guestHas("", "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>");
        assertRefused("STATE_ON_HOST", false);
    }

    @Test
    void allThatSpeaksAgainstItIsSaidAtOnce() {
        guestHas("", """
                <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
                <disk type='file' device='disk'><source file='/img/a.img'/><target dev='vda'/></disk>
                <interface type='network'><source network='nowhere'/></interface>
                <hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source></hostdev>""");
        define(there, xml("guest", UUID.randomUUID(), "", ""));

        Outcome.Failed failed = (Outcome.Failed) perform();

        assertThat(failed.why().code()).isEqualTo("TIED_TO_HOST");
        assertThat(failed.retryable()).isFalse();
        assertThat(failed.why().evidence().values())
                .anyMatch(why -> why.contains("/img/a.img"))
                .anyMatch(why -> why.contains("TPM"))
                .anyMatch(why -> why.contains("nowhere"))
                .anyMatch(why -> why.contains("another VM on the destination is called guest"));
        assertThat(runs(here)).isTrue();
    }

    @Test
    void anotherDestinationMayDo() {
        define(there, xml("guest", GUEST, "", ""));
        assertRefused("LEFTOVER_DEFINITION", true);
        assertThat(isDefined(there)).isTrue();
    }

    @Test
    void aDestinationThatDoesNotAnswerMayAnotherTime() {
        silent = true;
        assertRefused("UNREACHABLE", true);
    }

    @Test
    void aVmThatIsNotHereIsNotLookedFor() {
        Effect.RedeployVm other = new Effect.RedeployVm(
                new VmId(UUID.randomUUID().toString()), ORDER.from(), TO, ORDER.toAddress(), ORDER.patience(), "yes");
        assertFailed(redeployments(everything).perform(ID, other), "NOT_HERE", Aftermath.UNCHANGED, false);
    }

    @Test
    void aVmThatTheDestinationDoesNotTakeStaysDefinedHere() {
        UUID namesake = UUID.randomUUID();

        Outcome outcome = perform(() -> define(there, xml("guest", namesake, "", "")));

        assertDeadButDefinedHere(outcome, "START_FAILED");
        assertThat(there.daemon().domain(GUEST)).isEmpty();
        assertThat(restarts().start(VM)).isInstanceOf(Outcome.Started.class);
    }

    @Test
    void aDestinationThatWentSilentMeanwhileWasNeverGivenTheVm() {
        assertDeadButDefinedHere(perform(() -> silent = true), "UNREACHABLE");
        assertThat(there.daemon().domain(GUEST)).isEmpty();
    }

    @Test
    void aDefinitionThatOthersMadeThereMeanwhileIsTheirs() {
        assertDeadButDefinedHere(perform(() -> define(there, xml("guest", GUEST, "", ""))), "LEFTOVER_DEFINITION");
        assertThat(isDefined(there)).isTrue();
    }

    private void anAgentThatDiedAfterTheGuestWentDown() {
        assertThat(restarts().stop(ID, new Effect.StopVm(VM, ORDER.patience(), null, null, ORDER.agreed())))
                .isInstanceOf(Outcome.Stopped.class);
        assertThat(redeployments(everything).probe(ID)).isInstanceOf(Probe.Running.class);
    }

    private void anAgentThatDiedBeforeItDefined() throws IOException {
        anAgentThatDiedAfterTheGuestWentDown();
        new ArrivalRecord.Shelf(directory.resolve("redeployments"))
                .keep(ID, new ArrivalRecord(Instant.now(), "test://10.0.0.2"));
    }

    private void anAgentThatDiedBeforeItStarted() throws IOException {
        anAgentThatDiedBeforeItDefined();
        define(there, xml("guest", GUEST, "", ""));
    }

    @Test
    void anAgentThatDiedAfterTheGuestWentDownGoesOn() {
        anAgentThatDiedAfterTheGuestWentDown();
        assertRunsThereOnly(perform());
    }

    @Test
    void anAgentThatDiedBeforeItDefinedGoesOn() throws IOException {
        anAgentThatDiedBeforeItDefined();
        assertRunsThereOnly(perform());
    }

    @Test
    void anAgentThatDiedBeforeItStartedGoesOn() throws IOException {
        anAgentThatDiedBeforeItStarted();
        assertRunsThereOnly(perform());
    }

    @Test
    void anAgentThatDiedAfterItStartedClearsAwayHere() throws IOException {
        anAgentThatDiedBeforeItStarted();
        start(there);
        assertRunsThereOnly(perform());
    }

    @Test
    void aVmThatLostItsDefinitionThereIsGivenItAgain() throws IOException {
        anAgentThatDiedBeforeItDefined();
        there.daemon().create(xml("guest", GUEST, "", "")).close();
        assertRunsThereOnly(perform());
    }

    @Test
    void anAgentThatDiedBeforeItSaidSoTellsTheEnd() throws IOException {
        anAgentThatDiedBeforeItStarted();
        start(there);
        try (Domain guest = here.daemon().domain(GUEST).orElseThrow()) {
            guest.undefine();
        }
        assertRunsThereOnly(perform());
    }

    @Test
    void whileTheDestinationIsSilentNobodyKnowsAndLaterItIsTold() throws IOException {
        anAgentThatDiedBeforeItStarted();
        start(there);
        silent = true;
        assertUnknown(perform(), "HOST_UNSEEN");
        assertThat(isDefined(here)).isTrue();

        silent = false;
        assertRunsThereOnly(perform());
    }

    @Test
    void whereItRunsTwiceNeitherIsTouched() throws IOException {
        anAgentThatDiedBeforeItStarted();
        start(there);
        start(here);

        assertUnknown(perform(), "RUNS_TWICE");

        assertThat(runs(here)).isTrue();
        assertThat(isDefined(here)).isTrue();
        assertThat(runs(there)).isTrue();
        assertThat(isDefined(there)).isTrue();
    }

    @Test
    void aVmThatOthersStartedThereIsTheirs() {
        anAgentThatDiedAfterTheGuestWentDown();
        define(there, xml("guest", GUEST, "", ""));
        start(there);

        assertUnknown(perform(), "VM_LEFT");

        assertThat(isDefined(here)).isTrue();
        assertThat(runs(there)).isTrue();
    }

    @Test
    void aVmThatItsOwnerStartedHereIsTakenFromTheDestinationAgain() throws IOException {
        anAgentThatDiedBeforeItStarted();
        start(here);

        assertFailed(perform(), "STARTED_BY_HAND", Aftermath.UNCHANGED, false);

        assertThat(runs(here)).isTrue();
        assertThat(there.daemon().domain(GUEST)).isEmpty();
    }

    @Test
    void aVmThatItsOwnerStoppedHereStaysDown() throws IOException {
        anAgentThatDiedBeforeItStarted();
        start(here);
        try (Domain guest = here.daemon().domain(GUEST).orElseThrow()) {
            guest.destroy();
        }

        assertFailed(perform(), "NOT_RUNNING", Aftermath.UNCHANGED, false);

        assertThat(isDefined(here)).isTrue();
        assertThat(there.daemon().domain(GUEST)).isEmpty();
    }
}
