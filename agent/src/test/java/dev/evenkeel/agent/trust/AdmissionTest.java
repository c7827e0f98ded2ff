package dev.evenkeel.agent.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.HostDriver;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.link.Orders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host lets through to its driver, with a catalogue and without. */
class AdmissionTest {
    private static final Orders.Manifest A = Publisher.manifest("a");
    private static final UpdateId ID = A.id();

    @TempDir
    Path state = Path.of("");

    private final Publisher publisher = new Publisher();
    private final List<Effect> performed = new ArrayList<>();
    private int number;

    @SuppressWarnings("NullAway.Init")
    private Manifests manifests;

    @BeforeEach
    void theManifestCame() throws Exception {
        manifests = new Manifests(state);
        manifests.keep(List.of(A));
    }

    /** The driver of an agent that has just started. */
    private HostDriver driver() {
        HostDriver host = new HostDriver() {
            @Override
            public Outcome perform(EffectOrder order) {
                performed.add(order.effect());
                return new Outcome.Acted();
            }

            @Override
            public Probe probe(EffectOrder order) {
                return new Probe.NotStarted();
            }
        };
        return new AdmittingDriver(host, new Admission(manifests, publisher, () -> Publisher.NOW, Duration.ZERO));
    }

    private Outcome perform(EffectOrder order) {
        return driver().perform(order);
    }

    private Outcome order(Effect effect) {
        return perform(someOrder(effect));
    }

    private EffectOrder someOrder(Effect effect) {
        return new EffectOrder(new EffectId("e" + number++), new RunId("r"), new HostId("h1"), 1, effect);
    }

    private Outcome apply() {
        return order(new Effect.ApplyUpdate(ID, Method.MIGRATE));
    }

    private void isRefused(Outcome outcome, String code, boolean retryable) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
            assertThat(failed.why().code()).isEqualTo(code);
            assertThat(failed.aftermath()).isEqualTo(Outcome.Aftermath.UNCHANGED);
            assertThat(failed.retryable()).isEqualTo(retryable);
        });
        assertThat(performed).isEmpty();
    }

    @Test
    void withoutACatalogueEverythingGoesIn() throws Exception {
        assertThat(apply()).isInstanceOf(Outcome.Acted.class);
        assertThat(manifests.find(ID)).isPresent();
    }

    @Test
    void whatIsSignedGoesInAndWhatIsNotDoesNot() throws Exception {
        publisher.root();
        publisher.sign(A);
        assertThat(apply()).isInstanceOf(Outcome.Acted.class);
        assertThat(manifests.find(ID)).isPresent();
        performed.clear();
        manifests.keep(List.of(Publisher.manifest("b")));
        isRefused(order(new Effect.ApplyUpdate(new UpdateId("b"), Method.MIGRATE)), "TUF_REVOKED", false);
        assertThat(manifests.find(new UpdateId("b")))
                .as("the driver can't find it either")
                .isEmpty();
    }

    @Test
    void aRevokedUpdateDoesNotGoInAgainButComesOff() throws Exception {
        publisher.root();
        publisher.sign(A);
        apply();
        performed.clear();
        publisher.revokeAll();
        isRefused(apply(), "TUF_REVOKED", false);
        assertThat(order(new Effect.UndoUpdate(ID, Method.MIGRATE))).isInstanceOf(Outcome.Acted.class);
    }

    @Test
    void anUndoWaitsForNoServer() throws Exception {
        publisher.root();
        publisher.sign(A);
        apply();
        publisher.goesAway();
        assertThat(order(new Effect.UndoUpdate(ID, Method.MIGRATE))).isInstanceOf(Outcome.Acted.class);
        performed.clear();
        isRefused(apply(), "CATALOGUE_AWAY", true);
    }

    @Test
    void whatWasLetThroughGoesOnAfterTheAgentsDeath() throws Exception {
        publisher.root();
        publisher.sign(A);
        EffectOrder order = someOrder(new Effect.SwitchKernel(ID, false));
        perform(order);
        publisher.revokeAll();
        publisher.goesAway();
        driver().begins(List.of(order.id()));
        assertThat(perform(order)).isInstanceOf(Outcome.Acted.class);
        driver().begins(List.of());
        performed.clear();
        isRefused(perform(order), "CATALOGUE_AWAY", true);
    }

    @Test
    void whatBeganBeforeThereWasARootGoesOnToo() throws Exception {
        EffectOrder order = someOrder(new Effect.ApplyUpdate(ID, Method.MIGRATE));
        perform(order);
        publisher.root();
        publisher.publish();
        assertThat(perform(order)).isInstanceOf(Outcome.Acted.class);
        performed.clear();
        isRefused(apply(), "TUF_REVOKED", false);
        assertThat(perform(order)).isInstanceOf(Outcome.Acted.class);
        assertThat(manifests.find(ID)).as("its manifest is found by the driver").isPresent();
    }

    @Test
    void aHostWithAPinnedRootNeverTakesUnsignedUpdatesAgain() throws Exception {
        publisher.root();
        publisher.sign(A);
        apply();
        performed.clear();
        publisher.losesEverything();
        isRefused(apply(), "TUF_MISSING", false);
    }

    @Test
    void whatCameBeforeTheRootCanBeUndone() throws Exception {
        apply();
        performed.clear();
        publisher.root();
        publisher.publish();
        isRefused(apply(), "TUF_REVOKED", false);
        assertThat(order(new Effect.UndoUpdate(ID, Method.MIGRATE))).isInstanceOf(Outcome.Acted.class);
    }

    @Test
    void newKeysAreFollowedFromRootToRoot() throws Exception {
        publisher.root();
        publisher.sign(A);
        apply();
        publisher.root();
        publisher.root();
        publisher.publish();
        assertThat(apply()).isInstanceOf(Outcome.Acted.class);
    }

    @Test
    void anotherTextOfTheSameManifestIsNotTheOneThatWasSigned() throws Exception {
        publisher.root();
        publisher.sign(A);
        manifests.keep(List.of(new Orders.Manifest(ID, A.text() + " ")));
        isRefused(apply(), "TUF_TARGET", false);
    }
}
