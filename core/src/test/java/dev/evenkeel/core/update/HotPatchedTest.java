package dev.evenkeel.core.update;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.Bytes;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Where an update that brings hot patches is in, and which of them are for what runs. */
class HotPatchedTest {
    private static final PatchFile FOR_6_1 = livepatch("fix", "2", "6.1.0-41-amd64");
    private static final PatchFile FOR_6_12 = livepatch("fix", "2", "6.12.9-amd64");
    private static final PatchFile MORE_FOR_6_1 = livepatch("more", "1", "6.1.0-41-amd64");

    private static PatchFile livepatch(String name, String version, String kernel) {
        return new PatchFile(
                name + ".ko", "ab".repeat(32), Bytes.ofMiB(1), PatchFile.Kind.LIVEPATCH, name, version, kernel);
    }

    private static Update update(Map<String, String> verify, PatchFile... patches) {
        return new Update(
                new UpdateId("fix"),
                "2",
                Component.KERNEL,
                Severity.CRITICAL,
                "a fix",
                Map.of(Method.HOT_PATCH, Payload.of(List.of(patches))),
                new TreeMap<>(verify));
    }

    private static SortedMap<String, String> runs(String... namesAndVersions) {
        TreeMap<String, String> running = new TreeMap<>();
        for (int i = 0; i < namesAndVersions.length; i += 2) {
            running.put(namesAndVersions[i], namesAndVersions[i + 1]);
        }
        return running;
    }

    @Test
    void aLivepatchIsForItsVeryReleaseOnly() {
        Update update = update(Map.of(), FOR_6_1, FOR_6_12, MORE_FOR_6_1);

        assertThat(update.patchesFor(runs("kernel", "6.1.0-41-amd64"))).containsExactly(FOR_6_1, MORE_FOR_6_1);
        assertThat(update.patchesFor(runs("kernel", "6.12.9-amd64"))).containsExactly(FOR_6_12);
        assertThat(update.patchesFor(runs("kernel", "6.1.0-41-cloud-amd64")))
                .as("another flavour")
                .isEmpty();
        assertThat(update.patchesFor(runs("kernel", "6.1.0-41-amd64.1")))
                .as("unlike a version, a release has no refinements")
                .isEmpty();
        assertThat(update.patchesFor(runs())).isEmpty();
    }

    @Test
    void aPatchOfServicesIsForEveryHost() {
        PatchFile jar =
                new PatchFile("log.jar", "ab".repeat(32), Bytes.ofMiB(1), PatchFile.Kind.JVM, "log", "1", "Main");

        assertThat(update(Map.of(), jar).patchesFor(runs())).containsExactly(jar);
        assertThat(update(Map.of(), jar).isPatchedIn(runs("jvm.log", "1"))).isTrue();
        assertThat(update(Map.of(), jar).isPatchedIn(runs("native.log", "1"))).isFalse();
    }

    @Test
    void aHostHasTheUpdateWhenAllPatchesForItAreLiveInTheirVersion() {
        Update update = update(Map.of(), FOR_6_1, FOR_6_12, MORE_FOR_6_1);

        assertThat(update.isOn(runs("kernel", "6.1.0-41-amd64", "livepatch.fix", "2", "livepatch.more", "1")))
                .isTrue();
        assertThat(update.isOn(runs("kernel", "6.12.9-amd64", "livepatch.fix", "2")))
                .as("the other one is not for this kernel")
                .isTrue();
        assertThat(update.isOn(runs("kernel", "6.1.0-41-amd64", "livepatch.fix", "2")))
                .as("one of two")
                .isFalse();
        assertThat(update.isOn(runs("kernel", "6.12.9-amd64", "livepatch.fix", "1")))
                .as("an earlier version")
                .isFalse();
        assertThat(update.isOn(runs("kernel", "6.12.9-amd64", "livepatch.fix", "2.1")))
                .as("of a patch there are no refinements")
                .isFalse();
        assertThat(update.isOn(runs("kernel", "5.10.0-1-amd64", "livepatch.fix", "2")))
                .as("nothing is for this kernel")
                .isFalse();
    }

    @Test
    void aKernelThatContainsTheFixHasTheUpdateButNotAsAPatch() {
        Update update = update(Map.of("kernel", "6.13"), FOR_6_1);

        assertThat(update.isOn(runs("kernel", "6.13"))).isTrue();
        assertThat(update.isPatchedIn(runs("kernel", "6.13"))).isFalse();
        assertThat(update.isOn(runs("kernel", "6.1.0-41-amd64", "livepatch.fix", "2")))
                .as("either way will do")
                .isTrue();
        assertThat(update.isOn(runs("kernel", "6.1.0-41-amd64"))).isFalse();
    }

    @Test
    void anUpdateWithoutHotPatchesIsPatchedInNowhere() {
        Update update = new Update(
                new UpdateId("vmm"),
                "11.1",
                Component.VMM,
                Severity.LOW,
                "QEMU",
                Map.of(),
                new TreeMap<>(Map.of("qemu", "11.1")));

        assertThat(update.isPatchedIn(runs("qemu", "11.1"))).isFalse();
        assertThat(update.patchesFor(runs("qemu", "11.1"))).isEmpty();
    }
}
