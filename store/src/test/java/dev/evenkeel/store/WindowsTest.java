package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Tags;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.window.WindowDraft;
import dev.evenkeel.core.window.WindowId;
import dev.evenkeel.core.window.WindowTarget;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Maintenance configurations and what they are assigned to. */
class WindowsTest {
    private static final WindowTarget VM = new WindowTarget.OneVm(new VmId("vm-1"));
    private static final WindowTarget HOST = new WindowTarget.OneHost(new HostId("h1"));
    private static final WindowTarget FILTER =
            new WindowTarget.Matching(new TenantId("acme"), new AvailabilitySetId("web"), "web-*", Tags.NONE);
    private static final WindowTarget TAGGED =
            new WindowTarget.Matching(null, null, null, Tags.of(Map.of("env", "prod", "team", "web")));

    private final PgWindows windows = TestDatabase.store().windows();

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    private static WindowRecord window(String id, @Nullable String tenant, String name) {
        return new WindowRecord(
                new WindowId(id),
                tenant == null ? null : new TenantId(tenant),
                new WindowDraft(name, "Host", "2026-03-01 22:00", null, "02:00", "UTC", "Week Saturday,Sunday"),
                NOW,
                "ann");
    }

    private static WindowAssignmentRecord assignment(String id, WindowTarget target) {
        return new WindowAssignmentRecord(id, new WindowId("w1"), target);
    }

    @Test
    void whatIsKeptComesBackWhole() {
        WindowRecord first = window("w1", "acme", "nightly");
        assertThat(windows.add(first)).isTrue();
        for (WindowTarget target : List.of(VM, HOST, FILTER, TAGGED)) {
            assertThat(windows.assign(assignment("to " + target, target))).isPresent();
        }

        assertThat(windows.all().windows()).containsExactly(first);
        assertThat(windows.all().assignments())
                .extracting(WindowAssignmentRecord::target)
                .containsExactlyInAnyOrder(VM, HOST, FILTER, TAGGED);
    }

    @Test
    void eachOwnerHasANameOnce() {
        assertThat(windows.add(window("w1", "acme", "nightly"))).isTrue();
        assertThat(windows.add(window("w1", "acme", "nightly")))
                .as("the same again")
                .isTrue();
        assertThat(windows.add(window("w2", "acme", "nightly"))).isFalse();
        assertThat(windows.add(window("w3", "globex", "nightly"))).isTrue();
        assertThat(windows.add(window("w4", null, "nightly"))).isTrue();
        assertThat(windows.add(window("w5", null, "nightly"))).isFalse();
        assertThat(windows.all().windows())
                .extracting(window -> window.id().value())
                .containsExactly("w1", "w3", "w4");
    }

    @Test
    void whatIsAssignedTwiceIsAssignedOnce() {
        windows.add(window("w1", null, "nightly"));

        assertThat(windows.assign(assignment("a1", VM))).contains(assignment("a1", VM));
        assertThat(windows.assign(assignment("a2", VM))).contains(assignment("a1", VM));
        assertThat(windows.assign(assignment("a5", TAGGED))).contains(assignment("a5", TAGGED));
        assertThat(windows.assign(assignment("a6", TAGGED))).contains(assignment("a5", TAGGED));
        WindowTarget otherTag = new WindowTarget.Matching(null, null, null, Tags.parse("env=test"));
        assertThat(windows.assign(assignment("a7", otherTag))).contains(assignment("a7", otherTag));
        assertThat(windows.assign(assignment("a3", new WindowTarget.Matching(null, null, "*", Tags.NONE))))
                .isPresent();
        assertThat(windows.assign(assignment("a4", new WindowTarget.Matching(null, null, "*", Tags.NONE))))
                .map(WindowAssignmentRecord::id)
                .contains("a3");
    }

    @Test
    void whatIsAssignedIsNotRemoved() {
        windows.add(window("w1", null, "nightly"));
        windows.assign(assignment("a1", HOST));

        assertThat(windows.remove(new WindowId("w1"))).isFalse();
        assertThat(windows.unassign("a1")).isTrue();
        assertThat(windows.unassign("a1")).isFalse();
        assertThat(windows.remove(new WindowId("w1"))).isTrue();
        assertThat(windows.remove(new WindowId("w1"))).isFalse();
        assertThat(windows.assign(assignment("a2", HOST)))
                .as("to a window that is gone")
                .isEmpty();
        assertThat(windows.all()).isEqualTo(new PgWindows.Kept(List.of(), List.of()));
    }
}
