package dev.evenkeel.core.update;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.update.ManifestRules.FieldError;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every rule that a hot patch must keep: the field, what stood there, and what to write instead. */
class PatchRulesTest {
    private static final String DIGEST = "0123456789abcdef".repeat(4);
    private static final String RELEASE = "6.1.0-41-cloud-amd64";
    private static final String HERE = "methods.HOT_PATCH.patches[0]";

    private static PatchFile livepatch() {
        return patch(PatchFile.Kind.LIVEPATCH, "fix.ko", "fix_net", "2", RELEASE);
    }

    private static PatchFile patch(PatchFile.Kind kind, String file, String name, String version, String target) {
        return new PatchFile(file, DIGEST, Bytes.ofMiB(1), kind, name, version, target);
    }

    private static List<FieldError> check(Component component, Payload payload) {
        return ManifestRules.check(new Update(
                new UpdateId("fix"),
                "2",
                component,
                Severity.CRITICAL,
                "a fix",
                Map.of(Method.HOT_PATCH, payload),
                new TreeMap<>()));
    }

    private static List<FieldError> ofKernel(PatchFile... patches) {
        return check(Component.KERNEL, Payload.of(List.of(patches)));
    }

    private static List<FieldError> ofService(PatchFile... patches) {
        return check(Component.SERVICE, Payload.of(List.of(patches)));
    }

    @Test
    void aGoodPatchOfEachKindBreaksNothing() {
        assertThat(ofKernel(livepatch())).isEmpty();
        assertThat(ofService(
                        patch(PatchFile.Kind.JVM, "log.jar", "log4j-2.17", "1", "org.example.Main"),
                        patch(PatchFile.Kind.NATIVE, "ssl.so", "ssl", "1", "9f0d5c")))
                .isEmpty();
    }

    @Test
    void aPayloadNamesAtLeastOnePatch() {
        assertThat(ofKernel())
                .containsExactly(new FieldError("methods.HOT_PATCH.patches", "[]", "name at least one hot patch"));
    }

    @Test
    void aHotPatchInstallsNoPackage() {
        PackageFile deb = new PackageFile("linux.deb", DIGEST, Bytes.ofMiB(1), "linux", "6.2");
        String remedy = "a hot patch installs nothing: put packages under another method, such as MIGRATE";

        assertThat(check(
                        Component.KERNEL,
                        new Payload(List.of(deb), List.of(), List.of(), List.of(), List.of(livepatch()))))
                .containsExactly(new FieldError("methods.HOT_PATCH.packages", "linux.deb", remedy));
        assertThat(check(
                        Component.KERNEL,
                        new Payload(List.of(), List.of(deb), List.of(), List.of(), List.of(livepatch()))))
                .as("nor does it bring one back")
                .containsExactly(new FieldError("methods.HOT_PATCH.packages", "[]", remedy));
    }

    @Test
    void aDigestIsSixtyFourLowerCaseHexDigits() {
        for (String bad : List.of("", "abc", DIGEST.toUpperCase(Locale.ROOT), DIGEST + "0")) {
            PatchFile patch =
                    new PatchFile("fix.ko", bad, Bytes.ofMiB(1), PatchFile.Kind.LIVEPATCH, "fix", "1", RELEASE);
            assertThat(ofKernel(patch))
                    .containsExactly(new FieldError(HERE + ".sha256", bad, "give 64 lower-case hex digits"));
        }
    }

    @Test
    void aFileIsOfItsKindAndStaysInItsFolder() {
        for (String bad : List.of("../fix.ko", "/lib/fix.ko", "fix.so", "fix.ko.xz", "")) {
            assertThat(ofKernel(patch(PatchFile.Kind.LIVEPATCH, bad, "fix", "1", RELEASE)))
                    .containsExactly(
                            new FieldError(HERE + ".file", bad, "give the name of a .ko file without a folder"));
        }
        assertThat(ofService(patch(PatchFile.Kind.JVM, "fix.class", "fix", "1", "Main")))
                .containsExactly(
                        new FieldError(HERE + ".file", "fix.class", "give the name of a .jar file without a folder"));
        assertThat(ofService(patch(PatchFile.Kind.NATIVE, "fix.ko", "fix", "1", "9f0d")))
                .containsExactly(
                        new FieldError(HERE + ".file", "fix.ko", "give the name of a .so file without a folder"));
    }

    @Test
    void aLivepatchHasTheNameOfAModule() {
        for (String bad : List.of("", "Fix", "fix-net", "fix.net", "fix net", "x".repeat(56))) {
            assertThat(ofKernel(patch(PatchFile.Kind.LIVEPATCH, "fix.ko", bad, "1", RELEASE)))
                    .containsExactly(new FieldError(
                            HERE + ".name", bad, "give the module's name: lower-case letters, digits and underscores"));
        }
    }

    @Test
    void anotherPatchHasANameThatIsGoodForAFact() {
        for (String bad : List.of("", "Log4j", "-fix", "a b", "x".repeat(64))) {
            assertThat(ofService(patch(PatchFile.Kind.JVM, "fix.jar", bad, "1", "Main")))
                    .containsExactly(
                            new FieldError(HERE + ".name", bad, "use lower-case letters, digits, dots and dashes"));
        }
    }

    @Test
    void aPatchHasAVersionByWhichHostsThatHaveItAreKnown() {
        assertThat(ofKernel(patch(PatchFile.Kind.LIVEPATCH, "fix.ko", "fix", " ", RELEASE)))
                .containsExactly(new FieldError(HERE + ".version", " ", "give the version of the patch"));
    }

    @Test
    void aLivepatchIsForOneReleaseOfTheKernel() {
        for (String bad : List.of("", "6", "cloud-amd64", "6.1 ", "6.1.0-41-cloud-amd64 SMP")) {
            assertThat(ofKernel(patch(PatchFile.Kind.LIVEPATCH, "fix.ko", "fix", "1", bad)))
                    .containsExactly(
                            new FieldError(HERE + ".target", bad, "give the kernel's release as uname -r prints it"));
        }
    }

    @Test
    void anotherPatchIsForSomethingToo() {
        assertThat(ofService(patch(PatchFile.Kind.NATIVE, "fix.so", "fix", "1", " ")))
                .containsExactly(new FieldError(HERE + ".target", " ", "say what the patch is built for"));
    }

    @Test
    void aLivepatchIsOfTheKernelAndNothingElseIs() {
        assertThat(ofService(livepatch()))
                .containsExactly(new FieldError(
                        HERE + ".kind", "LIVEPATCH", "a livepatch changes the kernel: set component to KERNEL"));
        for (PatchFile other : List.of(
                patch(PatchFile.Kind.JVM, "fix.jar", "fix", "1", "Main"),
                patch(PatchFile.Kind.NATIVE, "fix.so", "fix", "1", "9f0d"))) {
            assertThat(ofKernel(other))
                    .containsExactly(new FieldError(
                            HERE + ".kind",
                            other.kind().name(),
                            "only a LIVEPATCH changes the kernel: set component to SERVICE"));
        }
    }

    @Test
    void aPatchIsNamedOnceForEachTarget() {
        assertThat(ofKernel(livepatch(), patch(PatchFile.Kind.LIVEPATCH, "fix2.ko", "fix_net", "2", "6.12.1-amd64")))
                .as("the same patch built for two kernels")
                .isEmpty();
        assertThat(ofKernel(livepatch(), livepatch()))
                .containsExactly(new FieldError(
                        "methods.HOT_PATCH.patches[1].name", "fix_net", "name each patch once for each target"));
    }

    @Test
    void everyBrokenRuleIsNamedAtOnce() {
        PatchFile bad = new PatchFile("fix.txt", "", Bytes.ZERO, PatchFile.Kind.LIVEPATCH, "No Name", "", "");

        assertThat(ofService(bad))
                .extracting(FieldError::field)
                .containsExactly(
                        HERE + ".sha256",
                        HERE + ".file",
                        HERE + ".name",
                        HERE + ".version",
                        HERE + ".target",
                        HERE + ".kind");
    }
}
