package dev.evenkeel.server.notice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.server.SomeVm;
import dev.evenkeel.wire.link.VmDocument;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who reads of which events. */
class TellingTest {
    private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
    private static final HostId H1 = new HostId("h1");

    private final Vm touched = SomeVm.on(H1, "v1").named("web-1").inSet("web").vm();
    private final Vm mate =
            SomeVm.on(new HostId("h2"), "v2").named("web-2").inSet("web").vm();
    private final Vm loner = SomeVm.on(H1, "v3").named("db").vm();
    private final Vm stranger =
            SomeVm.on(H1, "v4").named("theirs").of("rival").inSet("web").vm();

    private VmDocument told(Vm vm, ScheduledEvent... events) {
        return told(vm, VmDocument.empty(vm.id()), NOW, events);
    }

    private VmDocument told(Vm vm, VmDocument before, Instant now, ScheduledEvent... events) {
        Map<VmId, Vm> all = new HashMap<>();
        List.of(touched, mate, loner, stranger).forEach(v -> all.put(v.id(), v));
        return new Telling(List.of(events), all).next(vm, before, now);
    }

    private static ScheduledEvent event(String id, int minutes, Vm... vms) {
        return new ScheduledEvent(
                new EventId(id),
                EventKind.FREEZE,
                List.of(vms).stream().map(Vm::id).toList(),
                false,
                NOW.plus(Duration.ofMinutes(minutes)),
                null,
                "A test.",
                false);
    }

    @Test
    void theWholeAvailabilitySetReadsOfItsVms() {
        ScheduledEvent event = event("e1", 15, touched);
        assertThat(told(touched, event).events().getFirst().names()).containsExactly("web-1");
        assertThat(told(mate, event).events()).isEqualTo(told(touched, event).events());
        assertThat(told(loner, event).events()).isEmpty();
    }

    @Test
    void aSetOfTheSameNameIsAnotherTenantsOwn() {
        assertThat(told(stranger, event("e1", 15, touched)).events()).isEmpty();
    }

    @Test
    void ofAnEventThatTouchesSeveralTenantsEachSeesItsOwnPart() {
        ScheduledEvent event = event("e1", 15, touched, loner, stranger);
        assertThat(told(touched, event).events().getFirst().names()).containsExactly("web-1", "db");
        VmDocument.Told theirs = told(stranger, event).events().getFirst();
        assertThat(theirs.names()).containsExactly("theirs");
        assertThat(theirs.event().vms()).containsExactly(stranger.id());
    }

    @Test
    void theEarliestComesFirstAndTheNumberRisesOnlyWithAChange() {
        VmDocument both = told(touched, event("late", 30, touched), event("early", 15, touched));
        assertThat(both.incarnation()).isEqualTo(2);
        assertThat(both.events()).extracting(t -> t.event().id().value()).containsExactly("early", "late");
        VmDocument same = told(touched, both, NOW, event("early", 15, touched), event("late", 30, touched));
        assertThat(same).isSameAs(both);
        VmDocument later = told(touched, both, NOW, event("early", 20, touched), event("late", 30, touched));
        assertThat(later.incarnation()).isEqualTo(3);
    }

    @Test
    void whatIsOverIsRememberedForFourWeeksByTheVmThatItWasAbout() {
        VmDocument before = told(mate, event("e1", 15, touched), event("e2", 15, mate));
        VmDocument after = told(mate, before, NOW);
        assertThat(after.past()).extracting(p -> p.event().id().value()).containsExactly("e2");

        Instant muchLater = NOW.plus(Telling.REMEMBERED);
        VmDocument again = told(mate, after, muchLater, event("e3", 15, mate));
        assertThat(again.past()).isEmpty();
    }
}
