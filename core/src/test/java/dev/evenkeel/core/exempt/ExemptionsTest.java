package dev.evenkeel.core.exempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExemptionsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final UpdateId ONE = new UpdateId("one");
    private static final UpdateId OTHER = new UpdateId("other");

    private static Exemption exemption(String id, Exempted whom, @Nullable UpdateId update, Duration length) {
        return new Exemption(new ExemptionId(id), whom, update, NOW, NOW.plus(length), "a demo", "ann");
    }

    private static Vm vm() {
        Given given = new Given();
        given.host("h1").runs("vm-a");
        return given.fleet().vm(new VmId("vm-a")).orElseThrow();
    }

    private static boolean exempt(Exemption one, @Nullable UpdateId update, Duration later) {
        return new Exemptions(List.of(one)).refusal(vm(), update, NOW.plus(later)) != null;
    }

    @Test
    void holdsUntilItsEndAndNoLonger() {
        Exemption hour = exemption("ex1", new Exempted.OneVm(new VmId("vm-a")), null, Duration.ofHours(1));

        assertThat(exempt(hour, ONE, Duration.ofMinutes(59))).isTrue();
        assertThat(exempt(hour, ONE, Duration.ofHours(1))).isFalse();
    }

    @Test
    void ofATenantIsForAllItsVmsAndNoOthers() {
        TenantId its = vm().tenant();

        assertThat(exempt(exemption("ex1", new Exempted.AllOf(its), null, Duration.ofDays(1)), ONE, Duration.ZERO))
                .isTrue();
        assertThat(exempt(
                        exemption("ex1", new Exempted.AllOf(new TenantId("else")), null, Duration.ofDays(1)),
                        ONE,
                        Duration.ZERO))
                .isFalse();
    }

    @Test
    void fromOneUpdateIsNotFromOthersNorFromWorkThatBringsNone() {
        Exemption one = exemption("ex1", new Exempted.OneVm(new VmId("vm-a")), ONE, Duration.ofDays(1));

        assertThat(exempt(one, ONE, Duration.ZERO)).isTrue();
        assertThat(exempt(one, OTHER, Duration.ZERO)).isFalse();
        assertThat(exempt(one, null, Duration.ZERO)).isFalse();
    }

    @Test
    void theOneThatEndsLastIsNamed() {
        Exempted all = new Exempted.AllOf(vm().tenant());
        Exemptions both = new Exemptions(List.of(
                exemption("ex1", all, null, Duration.ofHours(1)), exemption("ex2", all, null, Duration.ofHours(2))));

        assertThat(both.of(vm(), NOW)).extracting(it -> it.id().value()).containsExactly("ex2", "ex1");
        assertThat(both.of(vm(), ONE, NOW)).map(Exemption::id).contains(new ExemptionId("ex2"));
    }

    @Test
    void noneIsForEverOrWithoutAReason() {
        Exempted whom = new Exempted.OneVm(new VmId("vm-a"));

        exemption("ex1", whom, null, Exemption.LONGEST);
        assertThatThrownBy(() -> exemption("ex1", whom, null, Exemption.LONGEST.plusSeconds(1)))
                .hasMessageContaining("90 days");
        assertThatThrownBy(() -> exemption("ex1", whom, null, Duration.ZERO)).hasMessageContaining("until");
        assertThatThrownBy(() -> new Exemption(new ExemptionId("ex1"), whom, null, NOW, NOW.plusSeconds(1), " ", "ann"))
                .hasMessageContaining("reason");
    }
}
