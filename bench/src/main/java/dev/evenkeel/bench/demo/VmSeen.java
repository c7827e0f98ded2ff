package dev.evenkeel.bench.demo;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one VM went through, seen from outside. Lengths in ms; where a VM moved more than once, the longest counts.
 *
 * @param alive it beats now
 * @param doubled beats that a second running copy of it must have sent
 * @param badPages pages of its memory that it found changed by others than itself
 */
public record VmSeen(
        String vm,
        String tenant,
        String hostBefore,
        String hostAfter,
        String method,
        @Nullable Long forecastStopMs,
        @Nullable Long stopMs,
        long gapMs,
        long normalGapMs,
        int moves,
        int restarts,
        int doubled,
        long badPages,
        boolean alive) {

    static VmSeen of(String vm, List<MoveSeen> moves, String hostBefore, String hostAfter, Health health) {
        return new VmSeen(
                vm,
                moves.isEmpty() ? "" : moves.getFirst().tenant(),
                hostBefore,
                hostAfter,
                moves.isEmpty() ? "" : moves.getFirst().method(),
                longest(moves, MoveSeen::forecastStop),
                longest(moves, MoveSeen::stop),
                moves.stream().mapToLong(MoveSeen::gap).max().orElse(0),
                moves.stream().mapToLong(MoveSeen::normalGap).max().orElse(0),
                moves.size(),
                health.restarts(),
                health.doubled(),
                health.badPages(),
                health.alive());
    }

    private static @Nullable Long longest(List<MoveSeen> moves, Function<MoveSeen, @Nullable Long> length) {
        Long longest = null;
        for (MoveSeen move : moves) {
            Long one = length.apply(move);
            if (one != null && (longest == null || one > longest)) {
                longest = one;
            }
        }
        return longest;
    }

    /** Unharmed: it runs, once, was never restarted, and its memory is its own. */
    public boolean unharmed() {
        return alive && restarts == 0 && doubled == 0 && badPages == 0;
    }

    /** What the collector says of a VM over the whole demo. */
    record Health(boolean alive, int restarts, int doubled, long badPages) {}
}
