package dev.evenkeel.server.window;

import dev.evenkeel.core.window.Assignments;
import dev.evenkeel.core.window.OwnedWindow;
import dev.evenkeel.core.window.WindowAssignment;
import dev.evenkeel.core.window.WindowId;
import dev.evenkeel.core.window.WindowRules;
import dev.evenkeel.store.PgWindows;
import dev.evenkeel.store.WindowAssignmentRecord;
import dev.evenkeel.store.WindowRecord;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All maintenance configurations and their assignments. What is written here is seen at once; what another server on the
 * same database wrote, after {@link #refresh}. Safe for many threads.
 */
public final class WindowBook {
    private final PgWindows kept;
    private volatile Page page;

    /** @param windows by id */
    private record Page(PgWindows.Kept kept, SortedMap<WindowId, OwnedWindow> windows, Assignments assignments) {}

    public WindowBook(PgWindows kept) {
        this.kept = kept;
        this.page = read(kept.all());
    }

    /** Reads the store again. */
    public synchronized void refresh() {
        page = read(kept.all());
    }

    private static Page read(PgWindows.Kept all) {
        SortedMap<WindowId, OwnedWindow> windows = new TreeMap<>();
        for (WindowRecord record : all.windows()) {
            windows.put(record.id(), owned(record));
        }
        List<WindowAssignment> assignments = all.assignments().stream()
                .map(one -> new WindowAssignment(
                        Objects.requireNonNull(windows.get(one.window()), "every assignment is of a window"),
                        one.target()))
                .toList();
        return new Page(all, windows, new Assignments(assignments));
    }

    private static OwnedWindow owned(WindowRecord record) {
        return switch (WindowRules.read(record.draft())) {
            case WindowRules.Reading.Good good -> new OwnedWindow(record.id(), record.tenant(), good.configuration());
            // Nobody may be touched as if there were no window: without it the server does not go on.
            case WindowRules.Reading.Bad bad ->
                throw new IllegalStateException("window " + record.id() + " can no longer be read: " + bad.errors());
        };
    }

    /** Which configurations count for whom, as they are now; a snapshot that never changes. */
    public Assignments assignments() {
        return page.assignments();
    }

    /** By id. */
    public List<WindowRecord> all() {
        return page.kept().windows();
    }

    public Optional<OwnedWindow> find(WindowId id) {
        return Optional.ofNullable(page.windows().get(id));
    }

    /** What one is assigned to, by the assignments' ids. */
    public List<WindowAssignmentRecord> assignmentsOf(WindowId id) {
        return page.kept().assignments().stream()
                .filter(one -> one.window().equals(id))
                .toList();
    }

    /** By window, for those that have any. */
    public Map<WindowId, List<WindowAssignmentRecord>> assignmentsByWindow() {
        return page.kept().assignments().stream()
                .collect(java.util.stream.Collectors.groupingBy(WindowAssignmentRecord::window));
    }

    /** As {@link PgWindows#add}. */
    public synchronized boolean add(WindowRecord window) {
        boolean added = kept.add(window);
        refresh();
        return added;
    }

    /** As {@link PgWindows#remove}. */
    public synchronized boolean remove(WindowId id) {
        boolean removed = kept.remove(id);
        refresh();
        return removed;
    }

    /** As {@link PgWindows#assign}. */
    public synchronized Optional<WindowAssignmentRecord> assign(WindowAssignmentRecord assignment) {
        Optional<WindowAssignmentRecord> assigned = kept.assign(assignment);
        refresh();
        return assigned;
    }

    /** As {@link PgWindows#unassign}. */
    public synchronized boolean unassign(String assignment) {
        boolean ended = kept.unassign(assignment);
        refresh();
        return ended;
    }
}
