package dev.evenkeel.agent.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.EffectId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The policy as packages' scripts ask it: 101 is no, 0 is yes. */
class ServicePolicyTest {
    private static final EffectId EFFECT = new EffectId("run-7/3");

    @TempDir
    private Path directory;

    private Path policy = Path.of("");
    private ServicePolicy guard = new ServicePolicy(Path.of(""));

    @BeforeEach
    void host() {
        policy = directory.resolve("policy-rc.d");
        guard = new ServicePolicy(directory);
    }

    private int ask(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(policy.toString()));
        all.addAll(List.of(words));
        return new ProcessBuilder(all).start().waitFor();
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "libvirt-guests stop 2",
                "--quiet libvirt-guests restart unknown",
                "libvirt-guests (restart) 2",
                "libvirt-guests.service stop",
                "libvirt-guests.service try-restart",
                "virtlogd.service restart",
                "virtlogd-admin.socket stop",
                "virtlockd.service stop",
            })
    void whatVmsWouldFeelIsForbidden(String question) throws Exception {
        script(policy, "exit 0");
        guard.hold();
        assertThat(ask(question.split(" "))).isEqualTo(101);
        guard.release();
        assertThat(ask(question.split(" "))).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "libvirtd restart 2",
                "libvirtd.service restart",
                "libvirtd.socket stop",
                "libvirt-guests.service start",
                "virtlogd.service reload",
                "ssh restart 2",
            })
    void allElseIsAsItWas(String question) throws Exception {
        script(policy, "exit 0");
        guard.hold();
        assertThat(ask(question.split(" "))).isZero();
        script(directory.resolve("policy-rc.d.before-evenkeel"), "echo \"$@\" >" + directory + "/asked; exit 104");
        assertThat(ask(question.split(" "))).isEqualTo(104);
        assertThat(directory.resolve("asked")).hasContent(question);
    }

    @Test
    void whereThereWasNoneOneThatIsNotOfThisRunlevelStaysDown() throws Exception {
        guard.hold();
        assertThat(ask("ssh", "(restart)", "2")).isEqualTo(101);
        guard.release();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aLinkThatIsThePolicyIsThatLinkAgain() throws Exception {
        Path target = directory.resolve("theirs");
        script(target, "exit 101");
        Files.createSymbolicLink(policy, Path.of("theirs"));
        guard.hold();
        assertThat(ask("ssh", "restart")).isEqualTo(101);
        guard.release();
        assertThat(policy).isSymbolicLink();
        assertThat(target).hasContent("#!/bin/sh\nexit 101\n");
    }

    @Test
    void aPolicyThatAPackageBringsMeanwhileStays() throws Exception {
        script(policy, "exit 0");
        guard.hold();
        script(policy, "exit 104");
        guard.release();
        assertThat(ask("ssh", "restart")).isEqualTo(104);
        assertThat(directory.resolve("policy-rc.d.before-evenkeel")).doesNotExist();
    }

    @Test
    void heldTwiceItStillKnowsWhatWasThere() throws Exception {
        script(policy, "exit 104");
        guard.hold();
        new ServicePolicy(directory).hold();
        guard.release();
        assertThat(ask("ssh", "restart")).isEqualTo(104);
    }

    /** With the mark that closes the host it comes and goes, and with it the next life of an agent sweeps it away. */
    @Test
    void whatADeadAgentLeftIsSweptAwayByItsNextLife() throws Exception {
        Path mark = directory.resolve("state/closed");
        new Closing(mark, () -> true, guard).close(EFFECT);
        assertThat(policy).exists();
        Closing next = new Closing(mark, () -> true, new ServicePolicy(directory));
        next.openUnless(Set.of(EFFECT));
        assertThat(policy).as("its effect may go on").exists();
        next.openUnless(Set.of());
        assertThat(policy).doesNotExist();
        assertThat(mark).doesNotExist();
    }

    @Test
    void afterARebootItForbidsNothing() throws Exception {
        guard.hold();
        String text = Files.readString(policy);
        String boot =
                Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        Files.writeString(policy, text.replace(boot, "5e0c6c0e-0000-4000-8000-000000000000"));
        script(directory.resolve("policy-rc.d.before-evenkeel"), "exit 0");
        assertThat(ask("libvirt-guests", "stop")).isZero();
    }
}
