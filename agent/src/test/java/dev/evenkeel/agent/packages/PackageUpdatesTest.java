package dev.evenkeel.agent.packages;

import static dev.evenkeel.agent.packages.PackageHost.METHOD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageUpdatesTest {
    private static final EffectId FIRST = new EffectId("run-1/1");
    private static final EffectId SECOND = new EffectId("run-2/1");

    @TempDir
    private Path state;

    private PackageHost host;

    @BeforeEach
    void host() {
        host = new PackageHost(state);
    }

    /** The agent is killed after dpkg has put the first of two packages in. */
    private void cutOff(EffectId effect) {
        int[] files = {0};
        host.dpkg.meanwhile = () -> {
            if (files[0]++ == 1) {
                throw new FakeDpkg.Killed();
            }
        };
        assertThatThrownBy(() -> host.agent().apply(effect, host.update, METHOD))
                .isInstanceOf(FakeDpkg.Killed.class);
        host.dpkg.meanwhile = () -> {};
        host.dpkg.unfinished = "seabios is half installed";
    }

    @Test
    void whatAnUpdateNeedsIsFetchedAndCheckedWhileVmsRunAndNothingIsTouched() {
        host.vms.add("web");
        assertThat(host.agent().lacking(host.update, METHOD)).isEmpty();
        assertThat(host.dpkg.calls).containsExactly("rehearse");
        assertThat(state.resolve("payloads"))
                .isDirectoryContaining(file -> file.toString().endsWith(".deb"));
        assertThat(host.isClosed()).isFalse();
    }

    @Test
    void anUpdateThatDpkgWouldNotTakeIsKnownBeforehand() {
        host.dpkg.wouldFail = "a conflict";
        assertThat(host.agent().lacking(host.update, METHOD)).hasValueSatisfying(why -> {
            assertThat(why.code()).isEqualTo("DPKG_WOULD_FAIL");
            assertThat(why.evidence()).containsEntry("output", "a conflict");
        });
    }

    @Test
    void aHostThatRunsOtherVersionsThanTheWayBackHasIsKnownBeforehand() {
        host.dpkg.installed.put("qemu", "9");
        assertThat(host.agent().lacking(host.update, METHOD))
                .hasValueSatisfying(why -> assertThat(why.code()).isEqualTo("NO_WAY_BACK"));
    }

    @Test
    void anApplyThatNeverBeganHasNotStarted() {
        assertThat(host.agent().probeApply(FIRST, host.update, METHOD)).isEqualTo(new Probe.NotStarted());
    }

    @Test
    void anApplyThatWasCutOffSaysWhatTheHostLooksLikeAndWhatToDo() {
        cutOff(FIRST);
        assertThat(host.agent().probeApply(FIRST, host.update, METHOD))
                .isInstanceOfSatisfying(
                        Probe.Ended.class,
                        ended -> assertThat(ended.outcome()).isInstanceOfSatisfying(Outcome.Unknown.class, unknown -> {
                            assertThat(unknown.why().code()).isEqualTo("CUT_OFF");
                            assertThat(unknown.why().why())
                                    .contains("1 of 2 packages", "dpkg --configure -a", "qemu-11");
                            assertThat(unknown.why().evidence())
                                    .containsEntry("lacking", "seabios=10")
                                    .containsEntry("unfinished", "seabios is half installed");
                        }));
        assertThat(host.dpkg.calls).as("asking changes nothing").containsExactly("install");
    }

    @Test
    void anotherEffectOfTheSameUpdateIsNotTakenForTheOneThatWasCutOff() {
        cutOff(FIRST);
        assertThat(host.agent().probeApply(SECOND, host.update, METHOD)).isEqualTo(new Probe.NotStarted());
    }

    @Test
    void aRepeatedApplyFinishesWhatWasCutOff() {
        cutOff(FIRST);
        assertThat(host.agent().apply(FIRST, host.update, METHOD)).isInstanceOf(Outcome.Changed.class);
        assertThat(host.dpkg.calls).containsExactly("install", "configure", "install");
        assertThat(host.dpkg.installed).containsEntry("seabios", "11");
    }

    @Test
    void anApplyThatWasCutOffDoesNotGoOnUnderVmsThatCameMeanwhile() {
        cutOff(FIRST);
        host.vms.add("web-1");
        assertThat(host.agent().apply(FIRST, host.update, METHOD))
                .isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                    assertThat(failed.why().code()).isEqualTo("HOST_NOT_EMPTY");
                    assertThat(failed.aftermath()).isEqualTo(Aftermath.CHANGED);
                });
        assertThat(host.dpkg.calls).containsExactly("install");
    }

    @Test
    void anUndoThatHadEndedBeforeTheAgentCouldSaySoIsSeen() {
        assertThat(host.agent().probeUndo(FIRST, host.update, METHOD))
                .isInstanceOfSatisfying(
                        Probe.Ended.class, ended -> assertThat(ended.outcome()).isInstanceOf(Outcome.Changed.class));
    }

    @Test
    void anUpdateThatOnlyAddedPackagesIsUndoneByRemovingThem() {
        assertThat(host.agent().apply(FIRST, host.addition, METHOD)).isInstanceOf(Outcome.Changed.class);
        assertThat(host.dpkg.installed).containsKey("microcode");

        assertThat(host.agent().undo(SECOND, host.addition, METHOD)).isInstanceOf(Outcome.Changed.class);
        assertThat(host.dpkg.installed).doesNotContainKey("microcode");
    }

    @Test
    void anUndoThatWasCutOffSaysSo() {
        host.agent().apply(FIRST, host.update, METHOD);
        host.dpkg.meanwhile = () -> {
            throw new FakeDpkg.Killed();
        };
        assertThatThrownBy(() -> host.agent().undo(SECOND, host.update, METHOD)).isInstanceOf(FakeDpkg.Killed.class);
        assertThat(host.agent().probeUndo(SECOND, host.update, METHOD))
                .isInstanceOfSatisfying(
                        Probe.Ended.class,
                        ended -> assertThat(ended.outcome())
                                .isInstanceOfSatisfying(
                                        Outcome.Unknown.class,
                                        unknown -> assertThat(unknown.why().why())
                                                .startsWith("undoing qemu-11 was cut off")));
    }

    @Test
    void theHostIsClosedToVmsAsLongAsDpkgWorksAndNoLonger() {
        List<Boolean> closed = new ArrayList<>();
        host.dpkg.meanwhile = () -> closed.add(host.isClosed());
        host.agent().apply(FIRST, host.update, METHOD);
        assertThat(closed).containsExactly(true, true);
        assertThat(host.isClosed()).isFalse();

        host.agent().undo(SECOND, host.update, METHOD);
        assertThat(closed).containsExactly(true, true, true, true);
        assertThat(host.isClosed()).isFalse();
    }

    @Test
    void aChangeThatBreaksOffOpensTheHost() {
        cutOff(FIRST);
        assertThat(host.isClosed()).isFalse();
    }

    @Test
    void anUndoDoesNotBeginUnderVms() {
        host.agent().apply(FIRST, host.update, METHOD);
        host.vms.add("web-1");
        assertThat(host.agent().undo(SECOND, host.update, METHOD))
                .isInstanceOfSatisfying(Outcome.Failed.class, failed -> {
                    assertThat(failed.why().code()).isEqualTo("HOST_NOT_EMPTY");
                    assertThat(failed.why().why()).contains("web-1");
                    assertThat(failed.aftermath()).isEqualTo(Aftermath.CHANGED);
                });
        assertThat(host.dpkg.installed).containsEntry("qemu", "11");
        assertThat(host.isClosed()).isFalse();
    }

    @Test
    void aHostThatWasClosedWhenTheAgentWasKilledStaysSoWhileThatEffectIsUndecided() throws Exception {
        host.closing().close(FIRST);
        PackageUpdates next = host.agent();
        next.begins(List.of(FIRST));
        assertThat(host.isClosed()).isTrue();

        next.probeApply(FIRST, host.update, METHOD); // it is no longer wanted
        assertThat(host.isClosed()).isFalse();
    }

    @Test
    void aHostThatWasLeftClosedForAnEffectThatIsOverIsOpenedByTheNextLife() throws Exception {
        host.closing().close(FIRST);
        host.agent().begins(List.of(SECOND));
        assertThat(host.isClosed()).isFalse();
    }
}
