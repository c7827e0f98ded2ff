package dev.evenkeel.core.impact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.update.AppliesTo;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A host runs QEMU 10.0, and updates say for which hosts they are. */
class ApplicabilityTest {
    private static final UpdateId OTHER = new UpdateId("other");

    private final Given given = new Given();

    @BeforeEach
    void aHost() {
        given.host("h1");
    }

    private Update update(@Nullable AppliesTo appliesTo, List<UpdateId> requires, List<UpdateId> conflicts) {
        Update plain = given.update();
        return new Update(
                plain.id(),
                plain.version(),
                plain.component(),
                plain.severity(),
                plain.title(),
                plain.methods(),
                plain.verify(),
                null,
                appliesTo,
                requires,
                conflicts);
    }

    private static AppliesTo to(Map<String, String> versions, String... capabilities) {
        return new AppliesTo(new TreeMap<>(versions), new TreeSet<>(List.of(capabilities)));
    }

    /** The other update brings this version of QEMU. */
    private MethodChoice choice(Update update, String otherBrings) {
        Update other = new Update(
                OTHER,
                otherBrings,
                update.component(),
                update.severity(),
                "other",
                update.methods(),
                new TreeMap<>(Map.of("qemu", otherBrings)));
        return Ladder.choose(
                update,
                given.fleet().host(new HostId("h1")).orElseThrow(),
                given.fleet(),
                given::forecast,
                id -> id.equals(OTHER) ? other : null);
    }

    private List<String> refused(Update update, String otherBrings) {
        MethodChoice choice = choice(update, otherBrings);
        assertThat(choice.method()).isNull();
        return choice.rungs().stream()
                .filter(rung -> rung.method() == Method.MIGRATE)
                .flatMap(rung -> rung.refusals().stream())
                .map(Refusal::code)
                .toList();
    }

    @Test
    void anUpdateForSuchHostsGoesIn() {
        Update update =
                update(to(Map.of("qemu", "10"), Ladder.PRESERVE_VMM), List.of(OTHER), List.of(new UpdateId("unknown")));
        assertThat(choice(update, "10.0").method()).isEqualTo(Method.MIGRATE);
    }

    @Test
    void anUpdateForOtherHostsDoesNot() {
        assertThat(refused(update(to(Map.of("qemu", "9", "kernel", "6.1"), "livepatch"), List.of(), List.of()), "1"))
                .containsExactly("NOT_APPLICABLE", "NOT_APPLICABLE", "NOT_APPLICABLE");
    }

    @Test
    void whatItRequiresIsOnTheHostFirst() {
        assertThat(refused(update(null, List.of(OTHER), List.of()), "10.1")).containsExactly("REQUIRES");
        assertThat(refused(update(null, List.of(new UpdateId("unknown")), List.of()), "10.0"))
                .containsExactly("REQUIRES");
    }

    @Test
    void itDoesNotGoWhereWhatItConflictsWithIs() {
        assertThat(refused(update(null, List.of(), List.of(OTHER)), "10.0")).containsExactly("CONFLICTS");
        assertThat(choice(update(null, List.of(), List.of(OTHER)), "9.2").method())
                .isEqualTo(Method.MIGRATE);
    }
}
