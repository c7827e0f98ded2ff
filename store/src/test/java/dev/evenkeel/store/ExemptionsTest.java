package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.exempt.Exempted;
import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.exempt.ExemptionId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exemptions, and that each is told of once. */
class ExemptionsTest {
    private static final UpdateId UPDATE = new UpdateId("one");

    private final PgExemptions exemptions = TestDatabase.store().exemptions();

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    private static Exemption exemption(String id, Exempted whom, @Nullable UpdateId update) {
        return new Exemption(new ExemptionId(id), whom, update, NOW, NOW.plus(Duration.ofHours(1)), "a demo", "ann");
    }

    private static Exemption ofVm(String id) {
        return exemption(id, new Exempted.OneVm(new VmId("vm-1")), null);
    }

    private static Notice told(Exemption one, String type) {
        return new Notice(NOW, Notice.Level.INFO, type, new RunId(one.id().value()), type, new TreeMap<>());
    }

    private void add(Exemption one) {
        exemptions.add(one, told(one, "Made"));
    }

    private static List<String> types() {
        return TestDatabase.store().runs().notices(0, 100).stream()
                .map(numbered -> numbered.notice().type())
                .toList();
    }

    @Test
    void whatIsKeptComesBackWhole() {
        Exemption tenant = exemption("ex2", new Exempted.AllOf(new TenantId("acme")), UPDATE);
        add(ofVm("ex1"));
        add(tenant);

        assertThat(exemptions.all()).containsExactly(ofVm("ex1"), tenant);
    }

    @Test
    void aRepeatedOrderTellsNothingAnew() {
        add(ofVm("ex1"));
        add(ofVm("ex1"));

        assertThat(exemptions.all()).hasSize(1);
        assertThat(types()).containsExactly("Made");
    }

    @Test
    void oneIsDeletedOnce() {
        add(ofVm("ex1"));

        assertThat(exemptions.remove(new ExemptionId("ex1"), one -> told(one, "Deleted")))
                .contains(ofVm("ex1"));
        assertThat(exemptions.remove(new ExemptionId("ex1"), one -> told(one, "Deleted")))
                .isEmpty();
        assertThat(types()).containsExactly("Made", "Deleted");
    }

    @Test
    void itsEndIsToldOnceWhoeverLooks() {
        add(ofVm("ex1"));

        assertThat(exemptions.expire(NOW.plus(Duration.ofMinutes(59)), one -> told(one, "Expired")))
                .isEmpty();
        assertThat(exemptions.expire(NOW.plus(Duration.ofHours(1)), one -> told(one, "Expired")))
                .containsExactly(ofVm("ex1"));
        assertThat(exemptions.expire(NOW.plus(Duration.ofHours(1)), one -> told(one, "Expired")))
                .isEmpty();
        assertThat(types()).containsExactly("Made", "Expired");
    }

    @Test
    void anUpdateThatIsLateIsToldOncePerExemption() {
        add(ofVm("ex1"));
        for (int i = 0; i < 2; i++) {
            exemptions.overdue(new ExemptionId("ex1"), UPDATE, told(ofVm("ex1"), "Overdue"));
            exemptions.overdue(new ExemptionId("gone"), UPDATE, told(ofVm("gone"), "Overdue"));
        }

        assertThat(types()).containsExactly("Made", "Overdue");
        exemptions.remove(new ExemptionId("ex1"), one -> told(one, "Deleted"));
        assertThat(exemptions.all()).isEmpty();
    }
}
