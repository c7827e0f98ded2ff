package dev.evenkeel.core.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Tags;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.window.WindowTarget.Matching;
import dev.evenkeel.core.window.WindowTarget.OneHost;
import dev.evenkeel.core.window.WindowTarget.OneVm;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssignmentsTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final HostId H1 = new HostId("h1");
    private static final Vm WEB = vm("web-1", ACME, "web");
    private static final Vm OTHER = vm("db-1", GLOBEX, null);

    private static Vm vm(String name, TenantId tenant, @Nullable String set) {
        return new Vm(
                new VmId("id-of-" + name),
                name,
                tenant,
                H1,
                VmState.RUNNING,
                Bytes.ofMiB(256),
                1,
                set == null ? null : new AvailabilitySetId(set),
                Intent.DEFAULT,
                "10.0",
                List.of(),
                null,
                false,
                true,
                false,
                List.of());
    }

    private static OwnedWindow window(String id, @Nullable TenantId tenant) {
        return new OwnedWindow(new WindowId(id), tenant, Given.window("2026-03-01 22:00", "02:00", "UTC", "Week"));
    }

    private static Matching named(String pattern) {
        return new Matching(null, null, pattern, Tags.NONE);
    }

    private static List<String> counting(Vm vm, WindowAssignment... all) {
        return new Assignments(List.of(all))
                .counting(vm).stream().map(window -> window.id().value()).toList();
    }

    @Test
    void theMostParticularCountsAlone() {
        var itself = new WindowAssignment(window("itself", ACME), new OneVm(WEB.id()));
        var host = new WindowAssignment(window("host", null), new OneHost(H1));
        var owner = new WindowAssignment(window("owner", ACME), named("*"));
        var region = new WindowAssignment(window("region", null), named("*"));

        assertThat(counting(WEB, region, owner, host, itself)).containsExactly("itself");
        assertThat(counting(WEB, region, owner, host)).containsExactly("host");
        assertThat(counting(WEB, region, owner)).containsExactly("owner");
        assertThat(counting(WEB, region)).containsExactly("region");
        assertThat(counting(WEB)).isEmpty();
    }

    @Test
    void ofSeveralThatCountTheOpeningsOfAllDo() {
        var one = new WindowAssignment(window("one", ACME), new OneVm(WEB.id()));
        var other = new WindowAssignment(window("other", null), new OneVm(WEB.id()));

        assertThat(counting(WEB, one, other, one)).containsExactly("one", "other");
        assertThat(new Assignments(List.of(one, other)).of(WEB).configurations())
                .hasSize(2);
        assertThat(Assignments.NONE.of(WEB).govern()).isFalse();
    }

    @Test
    void aTenantsConfigurationNeverCountsForOthers() {
        OwnedWindow acmes = window("acmes", ACME);

        assertThat(counting(
                        OTHER,
                        new WindowAssignment(acmes, new OneVm(OTHER.id())),
                        new WindowAssignment(acmes, new OneHost(H1)),
                        new WindowAssignment(acmes, named("*"))))
                .isEmpty();
    }

    @Test
    void aHostHasWhatIsAssignedToItself() {
        Assignments assignments = new Assignments(List.of(
                new WindowAssignment(window("host", null), new OneHost(H1)),
                new WindowAssignment(window("itself", ACME), new OneVm(WEB.id()))));

        assertThat(assignments.counting(H1)).extracting(OwnedWindow::id).containsExactly(new WindowId("host"));
        assertThat(assignments.of(H1).govern()).isTrue();
        assertThat(assignments.of(new HostId("h2")).govern()).isFalse();
    }

    @Test
    void aFilterTakesWhatAllOfItHoldsFor() {
        assertThat(new Matching(ACME, new AvailabilitySetId("web"), "web-?", Tags.NONE).takes(WEB))
                .isTrue();
        assertThat(new Matching(GLOBEX, null, "*", Tags.NONE).takes(WEB)).isFalse();
        assertThat(new Matching(null, new AvailabilitySetId("web"), null, Tags.NONE).takes(OTHER))
                .isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new Matching(null, null, null, Tags.NONE));
    }

    @ParameterizedTest
    @CsvSource({
        "*, true",
        "web-1, true",
        "web-?, true",
        "web*, true",
        "*1, true",
        "w*b*-*, true",
        "web-1*, true",
        "web-??, false",
        "web, false",
        "*-2, false",
        "WEB-1, false",
        "w?b, false"
    })
    void inNamesStarsStandForAnythingAndQuestionMarksForOneCharacter(String pattern, boolean taken) {
        assertThat(named(pattern).takes(WEB)).isEqualTo(taken);
    }

    @Test
    void aFilterTakesVmsThatHaveItsTagsAmongOthers() {
        Vm tagged = WEB.owned(ACME, null, Intent.DEFAULT, Tags.of(Map.of("env", "prod", "team", "web")));

        assertThat(new Matching(null, null, null, Tags.parse("env=prod")).takes(tagged))
                .isTrue();
        assertThat(new Matching(null, null, null, Tags.parse("env=test")).takes(tagged))
                .isFalse();
        assertThat(new Matching(null, null, "web-*", Tags.of(Map.of("env", "prod", "owner", "ann"))).takes(tagged))
                .isFalse();
        assertThat(new Matching(null, null, null, Tags.parse("env=prod")).takes(WEB))
                .isFalse();
    }
}
