package dev.evenkeel.core.update;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostFacts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ManifestRulesTest {
    private static final String DIGEST = "0123456789abcdef".repeat(4);

    private static PackageFile file(String name) {
        return new PackageFile(name + ".deb", DIGEST, Bytes.ofMiB(1), name, "11.1");
    }

    private static Payload payload(PackageFile... files) {
        return new Payload(List.of(files), List.of(), List.of(), List.of());
    }

    private static Update update(String version, Map<Method, Payload> methods, Map<String, String> verify) {
        return new Update(
                new UpdateId("vmm-11.1"),
                version,
                Component.VMM,
                Severity.IMPORTANT,
                "QEMU 11.1",
                methods,
                new TreeMap<>(verify));
    }

    private static Update with(Payload payload) {
        return update("11.1", Map.of(Method.MIGRATE, payload), Map.of("qemu", "11.1"));
    }

    private static List<String> brokenFields(Update update) {
        return ManifestRules.check(update).stream()
                .map(ManifestRules.FieldError::field)
                .toList();
    }

    @Test
    void aGoodManifestBreaksNothing() {
        assertThat(ManifestRules.check(with(payload(file("qemu"), file("seabios")))))
                .isEmpty();
    }

    @Test
    void everyBrokenRuleIsNamedAtOnceWithItsRemedy() {
        var errors = ManifestRules.check(update(" ", Map.of(), Map.of()));

        assertThat(errors).extracting(ManifestRules.FieldError::field).containsExactly("version", "methods", "verify");
        assertThat(errors).allSatisfy(error -> assertThat(error.remedy()).isNotBlank());
    }

    @Test
    void aPayloadNamesAtLeastOnePackage() {
        assertThat(brokenFields(with(payload()))).containsExactly("methods.MIGRATE.packages");
    }

    @Test
    void aDigestIsSixtyFourLowerCaseHexDigits() {
        for (String bad : List.of("", "abc", DIGEST.toUpperCase(java.util.Locale.ROOT), DIGEST + "0")) {
            assertThat(brokenFields(with(payload(new PackageFile("q.deb", bad, Bytes.ZERO, "q", "1")))))
                    .as(bad)
                    .containsExactly("methods.MIGRATE.packages[0].sha256");
        }
    }

    @Test
    void aFileStaysInItsFolder() {
        for (String bad : List.of("../q.deb", "/etc/q.deb", "q.rpm")) {
            assertThat(brokenFields(with(payload(new PackageFile(bad, DIGEST, Bytes.ZERO, "q", "1")))))
                    .as(bad)
                    .containsExactly("methods.MIGRATE.packages[0].file");
        }
    }

    @Test
    void aPackageIsNamedOnceAndNamedWell() {
        assertThat(brokenFields(with(payload(file("qemu"), file("qemu")))))
                .containsExactly("methods.MIGRATE.packages[1].name");
        assertThat(brokenFields(with(payload(new PackageFile("q.deb", DIGEST, Bytes.ZERO, "-rf", "1")))))
                .containsExactly("methods.MIGRATE.packages[0].name");
    }

    @Test
    void theWayBackKeepsTheSameRules() {
        PackageFile bad = new PackageFile("q.deb", "x", Bytes.ZERO, "q", "1");
        Payload payload = new Payload(List.of(file("qemu")), List.of(bad), List.of("ghost"), List.of());

        assertThat(brokenFields(with(payload)))
                .containsExactly("methods.MIGRATE.previous[0].sha256", "methods.MIGRATE.removeOnUndo");
    }

    @Test
    void anUpdateIsOnWhereARefinementOfItsVersionRuns() {
        Update update = with(payload(file("qemu")));

        assertThat(update.isOn(facts("11.1"))).isTrue();
        assertThat(update.isOn(facts("11.1.3"))).isTrue();
        assertThat(update.isOn(facts("11.10"))).isFalse();
        assertThat(update.isOn(facts("10.0"))).isFalse();
    }

    @Test
    void anUpdateThatVerifiesNothingIsNowhere() {
        assertThat(update("11.1", Map.of(), Map.of()).isOn(facts("11.1"))).isFalse();
    }

    private static Payload fixes() {
        return Payload.of(List.of(
                new PatchFile("fix.jar", DIGEST, Bytes.ofMiB(1), PatchFile.Kind.JVM, "fix", "1", "org.example.Main")));
    }

    @Test
    void onlyWhereHotPatchingIsTheOnlyMethodNothingElseNeedsToBeVerified() {
        assertThat(brokenFields(update("11.1", Map.of(Method.HOT_PATCH, fixes()), Map.of())))
                .isEmpty();
        assertThat(brokenFields(update(
                        "11.1", Map.of(Method.HOT_PATCH, fixes(), Method.MIGRATE, payload(file("qemu"))), Map.of())))
                .containsExactly("verify");
    }

    @Test
    void hotPatchesAreBroughtByTheirOwnMethodOnly() {
        Payload both = new Payload(List.of(file("qemu")), List.of(), List.of(), List.of(), fixes().patches());

        assertThat(ManifestRules.check(with(both)))
                .containsExactly(new ManifestRules.FieldError(
                        "methods.MIGRATE.patches", "fix.jar", "put hot patches under methods.HOT_PATCH"));
    }

    @Test
    void everyFileThatAManifestNamesMustBeThereBeforeAnythingIsBegun() {
        Payload all = new Payload(List.of(file("qemu")), List.of(file("old")), List.of(), List.of(), fixes().patches());

        assertThat(all.files()).extracting(PayloadFile::file).containsExactly("qemu.deb", "old.deb", "fix.jar");
    }

    private static HostFacts facts(String qemu) {
        return new HostFacts(
                "h1",
                "h1.mgmt",
                "x86_64",
                "sim",
                8,
                Bytes.ofMiB(1024),
                new TreeMap<>(Map.of("qemu", qemu)),
                new TreeSet<>());
    }

    @Test
    void otherUpdatesAreNamedOnceAndNotThisOne() {
        Update update = new Update(
                new UpdateId("vmm-11.1"),
                "11.1",
                Component.VMM,
                Severity.IMPORTANT,
                "QEMU 11.1",
                Map.of(Method.MIGRATE, payload(file("qemu"))),
                new TreeMap<>(Map.of("qemu", "11.1")),
                null,
                new AppliesTo(new TreeMap<>(Map.of("kernel", " ")), new TreeSet<>()),
                List.of(new UpdateId("vmm-11.1"), new UpdateId("a"), new UpdateId("a")),
                List.of(new UpdateId("a")));

        assertThat(brokenFields(update))
                .containsExactly("requires[0]", "requires[2]", "conflicts", "appliesTo.versions.kernel");
    }
}
