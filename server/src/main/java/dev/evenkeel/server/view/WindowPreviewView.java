package dev.evenkeel.server.view;

import dev.evenkeel.core.window.Opening;
import dev.evenkeel.core.window.OwnedWindow;
import dev.evenkeel.core.window.Turn;
import dev.evenkeel.core.window.Windows;
import dev.evenkeel.server.window.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When it is open next, and what would be done then.
 *
 * @param windows those that count; none means that nobody has asked for control
 * @param openings the coming ones, with the one that is open now
 * @param waiting what is ahead of the VMs or the host
 */
public record WindowPreviewView(
        List<CountingView> windows, boolean rare, List<OpeningView> openings, List<WaitingView> waiting) {
    private static final int OPENINGS = 10;
    /** How long an update takes is not known before; every opening is longer than this. */
    private static final Duration NEEDS = Duration.ofMinutes(1);

    /** A configuration that counts, of a tenant or, with null, of the region. */
    public record CountingView(String name, @Nullable String tenant, String timeZone) {}

    /** One opening, and the rollouts whose turn it is. */
    public record OpeningView(Instant opensAt, Instant closesAt, List<String> rollouts) {}

    /**
     * A rollout that is to come.
     *
     * @param turnAt when its turn is, at the earliest; null when nobody has asked for control
     * @param forced its turn is outside of all openings
     * @param forcedAt until when it waits for an opening; null when nobody has asked for control
     */
    public record WaitingView(
            String rollout,
            String update,
            String state,
            int hosts,
            int vms,
            @Nullable Instant turnAt,
            boolean forced,
            @Nullable Instant forcedAt) {}

    public static WindowPreviewView of(List<OwnedWindow> counting, List<Waiting> waiting, Instant now) {
        Windows windows =
                new Windows(counting.stream().map(OwnedWindow::configuration).toList());
        List<Turn> turns = waiting.stream()
                .map(one -> windows.turn(earlier(one.rollout().orderedAt(), now), now, NEEDS))
                .toList();
        List<WaitingView> ahead = new ArrayList<>();
        for (int i = 0; i < waiting.size(); i++) {
            ahead.add(view(waiting.get(i), turns.get(i), windows.govern()));
        }
        List<OpeningView> openings = windows.from(now, OPENINGS).stream()
                .map(opening -> new OpeningView(opening.opens(), opening.closes(), in(opening, turns, ahead)))
                .toList();
        return new WindowPreviewView(
                counting.stream().map(WindowPreviewView::name).toList(), windows.rare(now), openings, ahead);
    }

    private static CountingView name(OwnedWindow window) {
        return new CountingView(
                window.configuration().name(),
                window.tenant() == null ? null : window.tenant().value(),
                window.configuration().zone().name());
    }

    private static WaitingView view(Waiting waiting, Turn turn, boolean governed) {
        return new WaitingView(
                waiting.rollout().id().value(),
                waiting.rollout().update().value(),
                waiting.rollout().stateName(),
                waiting.hosts(),
                waiting.vms(),
                governed ? turn.at() : null,
                governed && turn instanceof Turn.Forced,
                governed ? waiting.rollout().orderedAt().plus(Turn.FORCED_AFTER) : null);
    }

    private static List<String> in(Opening opening, List<Turn> turns, List<WaitingView> ahead) {
        List<String> rollouts = new ArrayList<>();
        for (int i = 0; i < turns.size(); i++) {
            if (turns.get(i) instanceof Turn.InOpening turn
                    && turn.opening().opens().equals(opening.opens())) {
                rollouts.add(ahead.get(i).rollout());
            }
        }
        return rollouts;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
