package dev.evenkeel.agent.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.Libvirt;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.OwnerSettings;
import dev.evenkeel.core.fleet.VmId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stops and starts on libvirt's make-believe hypervisor, whose guests go down as soon as they are asked. */
class RestartsTest {
    private static final String URI = "test:///default";
    private static final UUID GUEST = UUID.fromString("11111111-2222-3333-4444-66666666aaaa");
    private static final VmId VM = new VmId(GUEST.toString());
    private static final EffectId STOP = new EffectId("run-1/7");
    private static final Effect.StopVm ORDER = new Effect.StopVm(VM, Duration.ofMinutes(5), null, null, null);

    @TempDir
    private Path records;

    private Connection connection;
    private Domain guest;
    private Restarts restarts;

    @BeforeEach
    void aGuestWhoseOwnerConsents() {
        assumeTrue(
                Libvirt.whyUnavailable().isEmpty(),
                () -> Libvirt.whyUnavailable().orElse(""));
        connection = Connection.open(URI); // while one is open, all see the same hypervisor
        guest = connection.define(xml("consent"));
        guest.start();
        restarts = new Restarts(records, () -> Connection.open(URI));
    }

    @AfterEach
    void gone() {
        if (connection != null) {
            if (guest.state().isActive()) {
                guest.destroy();
            }
            guest.undefine();
            guest.close();
            connection.close();
        }
    }

    private static String xml(String restart) {
        return """
                <domain type='test'><name>restarts</name><uuid>%s</uuid>
                <metadata><ek:vm xmlns:ek="https://evenkeel.dev/xmlns/vm/1" restart="%s"/></metadata>
                <memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>""".formatted(GUEST, restart);
    }

    private String refused() {
        Outcome.Failed failed = (Outcome.Failed) restarts.stop(STOP, ORDER);
        assertThat(failed.aftermath()).isEqualTo(Aftermath.UNCHANGED);
        return failed.why().code();
    }

    @Test
    void aGuestThatIsAskedGoesDownAndItsVmIsStartedAgain() {
        Instant before = Instant.now();
        Outcome.Stopped stopped = (Outcome.Stopped) restarts.stop(STOP, ORDER);
        assertThat(stopped.askedAt()).isBetween(before, Instant.now());
        assertThat(guest.state().isActive()).isFalse();

        Outcome.Started started = (Outcome.Started) restarts.start(VM);
        assertThat(started.already()).isFalse();
        assertThat(guest.state().isRunning()).isTrue();
        assertThat(((Outcome.Started) restarts.start(VM)).already()).isTrue();
    }

    @Test
    void withoutConsentTheGuestIsNotAsked() {
        guest.destroy();
        guest.undefine();
        guest.close();
        guest = connection.define(xml("never"));
        guest.start();

        assertThat(refused()).isEqualTo("NO_CONSENT");
        assertThat(guest.state().isRunning()).isTrue();
        assertThat(restarts.probe(STOP, ORDER)).isInstanceOf(Probe.NotStarted.class);
    }

    @Test
    void whatWasSaidThroughTheApiGoesBeforeTheMetadata() {
        guest.destroy();
        guest.undefine();
        guest.close();
        guest = connection.define(xml("never"));
        guest.start();
        OwnerSettings consents =
                new OwnerSettings(null, null, null, null, null, Intent.Restart.CONSENT, null, null, null);
        Outcome asked = restarts.stop(STOP, new Effect.StopVm(VM, Duration.ofMinutes(5), null, null, null, consents));
        assertThat(asked).isInstanceOf(Outcome.Stopped.class);
    }

    @Test
    void aVmThatIsOffOrPausedIsItsOwners() {
        guest.suspend();
        assertThat(refused()).isEqualTo("VM_PAUSED");
        guest.destroy();
        assertThat(refused()).isEqualTo("NOT_RUNNING");
    }

    @Test
    void aVmWhosePlugItsOwnerPulledStaysDown() {
        guest.destroy();

        Outcome.Failed failed = (Outcome.Failed) restarts.start(VM);

        assertThat(failed.why().code()).isEqualTo("STOPPED_BY_OWNER");
        assertThat(guest.state().isActive()).isFalse();
    }

    @Test
    void anAgentThatComesBackKnowsByItsRecordWhoStoppedTheVm() {
        restarts.stop(STOP, ORDER);

        Restarts next = new Restarts(records, () -> Connection.open(URI));

        assertThat(next.probe(STOP, ORDER))
                .isInstanceOfSatisfying(
                        Probe.Ended.class, ended -> assertThat(ended.outcome()).isInstanceOf(Outcome.Stopped.class));
        assertThat(next.stop(STOP, ORDER)).isInstanceOf(Outcome.Stopped.class);
    }

    @Test
    void aVmThatWasStartedSinceIsNotAskedAgain() {
        restarts.stop(STOP, ORDER);
        guest.start();

        Outcome.Failed failed = (Outcome.Failed) new Restarts(records, () -> Connection.open(URI)).stop(STOP, ORDER);

        assertThat(failed.why().code()).isEqualTo("STARTED_BY_HAND");
        assertThat(guest.state().isRunning()).isTrue();
    }

    @Test
    void aGuestThatWasAskedBeforeIsOnlyWaitedForAndLeftRunning() {
        Instant longAgo = Instant.now().minus(ORDER.patience());
        new StopRecord.Shelf(records)
                .keep(STOP, new StopRecord(longAgo, guest.life().orElseThrow()));

        Outcome.Failed failed = (Outcome.Failed) restarts.stop(STOP, ORDER);

        assertThat(failed.why().code()).isEqualTo("DID_NOT_STOP");
        assertThat(failed.aftermath()).isEqualTo(Aftermath.CHANGED);
        assertThat(guest.state().isRunning()).isTrue();
    }
}
