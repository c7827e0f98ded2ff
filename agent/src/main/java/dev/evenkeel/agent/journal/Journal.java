package dev.evenkeel.agent.journal;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes each effect happen at most once, whatever dies in between. Before an effect starts its order is on disk; after it
 * ended its outcome is. A repeat is answered from here, and an order of an older epoch than the newest one seen is refused.
 * Outcomes are kept until the server has confirmed them and then for {@link #KEEP}, far longer than any server repeats an
 * order.
 */
public final class Journal implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    static final Duration KEEP = Duration.ofDays(7);

    private static final long COMPACT_AT_BYTES = 1 << 20;

    private final JournalFile file;
    private final InstantSource clock;
    private final Map<EffectId, Known> effects = new LinkedHashMap<>();
    private long newestEpoch;
    private long compactAt = COMPACT_AT_BYTES;

    /** What is known of one effect; without an order when it was refused before it ever came. */
    private record Known(
            RunId run,
            @Nullable EffectOrder order,
            @Nullable Outcome outcome,
            Instant at,
            boolean confirmed) {}

    /** An outcome that the server has not confirmed. */
    public record Unconfirmed(RunId run, EffectId effect, Outcome outcome) {}

    private Journal(JournalFile file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /** @throws IOException when the file is in use or damaged, saying what to do */
    public static Journal open(Path directory, InstantSource clock) throws IOException {
        JournalFile.Opened opened = JournalFile.open(directory);
        Journal journal = new Journal(opened.file(), clock);
        opened.entries().forEach(journal::replay);
        return journal;
    }

    private void replay(Entry entry) {
        switch (entry) {
            case Entry.Started s -> {
                newestEpoch = Math.max(newestEpoch, s.order().epoch());
                effects.put(s.order().id(), new Known(s.order().run(), s.order(), null, s.at(), false));
            }
            case Entry.Ended e -> {
                Known before = effects.get(e.effect());
                effects.put(
                        e.effect(),
                        new Known(e.run(), before == null ? null : before.order(), e.outcome(), e.at(), false));
            }
            case Entry.Confirmed c ->
                effects.computeIfPresent(
                        c.effect(),
                        (id, known) -> new Known(known.run(), known.order(), known.outcome(), known.at(), true));
            case Entry.Epoch n -> newestEpoch = Math.max(newestEpoch, n.newest());
        }
    }

    /**
     * Takes an order in. When the answer is {@code Begin}, the order is on disk and the caller must carry it out.
     *
     * @throws IOException when it could not be written; then it must not be carried out
     */
    public synchronized Admission admit(EffectOrder order) throws IOException {
        if (order.epoch() < newestEpoch) {
            return new Admission.Outdated(newestEpoch);
        }
        Known known = effects.get(order.id());
        if (known == null) {
            append(List.of(new Entry.Started(order, clock.instant())));
            return new Admission.Begin();
        }
        if (order.epoch() > newestEpoch) {
            append(List.of(new Entry.Epoch(order.epoch())));
        }
        return known.outcome() == null ? new Admission.UnderWay() : new Admission.Recorded(known.outcome());
    }

    /**
     * Writes down how an effect ended. An effect that never came is thereby refused for good: should its order still
     * arrive, this outcome answers it.
     */
    public synchronized void ended(RunId run, EffectId effect, Outcome outcome) throws IOException {
        append(List.of(new Entry.Ended(run, effect, outcome, clock.instant())));
    }

    /** The server has these outcomes. */
    public synchronized void confirmed(Collection<EffectId> ids) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (EffectId id : ids) {
            Known known = effects.get(id);
            if (known != null && known.outcome() != null && !known.confirmed()) {
                entries.add(new Entry.Confirmed(id));
            }
        }
        if (!entries.isEmpty()) {
            append(entries);
        }
    }

    /** Effects that were begun and have no outcome, in the order they came. */
    public synchronized List<EffectOrder> underWay() {
        List<EffectOrder> orders = new ArrayList<>();
        for (Known known : effects.values()) {
            if (known.order() != null && known.outcome() == null) {
                orders.add(known.order());
            }
        }
        return orders;
    }

    /** Outcomes that the server has not confirmed, in the order the effects came. */
    public synchronized List<Unconfirmed> unconfirmed() {
        List<Unconfirmed> outcomes = new ArrayList<>();
        effects.forEach((id, known) -> {
            if (known.outcome() != null && !known.confirmed()) {
                outcomes.add(new Unconfirmed(known.run(), id, known.outcome()));
            }
        });
        return outcomes;
    }

    /** The order of an effect, if it ever came. */
    public synchronized Optional<EffectOrder> order(EffectId id) {
        return Optional.ofNullable(effects.get(id)).map(Known::order);
    }

    /** The recorded outcome of an effect, if it has one. */
    public synchronized Optional<Outcome> outcome(EffectId id) {
        return Optional.ofNullable(effects.get(id)).map(Known::outcome);
    }

    private void append(List<Entry> entries) throws IOException {
        file.append(entries);
        entries.forEach(this::replay);
        if (file.size() > compactAt) {
            try {
                compact();
            } catch (IOException e) {
                LOG.warn("the journal could not be compacted and goes on growing", e);
            }
            compactAt = Math.max(COMPACT_AT_BYTES, 2 * file.size());
        }
    }

    private void compact() throws IOException {
        Instant keepFrom = clock.instant().minus(KEEP);
        effects.values().removeIf(known -> known.confirmed() && known.at().isBefore(keepFrom));
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry.Epoch(newestEpoch));
        effects.forEach((id, known) -> {
            if (known.order() != null) {
                entries.add(new Entry.Started(known.order(), known.at()));
            }
            if (known.outcome() != null) {
                entries.add(new Entry.Ended(known.run(), id, known.outcome(), known.at()));
            }
            if (known.confirmed()) {
                entries.add(new Entry.Confirmed(id));
            }
        });
        file.rewrite(entries);
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
