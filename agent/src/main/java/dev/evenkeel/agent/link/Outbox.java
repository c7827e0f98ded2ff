package dev.evenkeel.agent.link;

import dev.evenkeel.agent.execute.EffectListener;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.wire.link.Report.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the next report shall say besides the inventory and the outcomes. Losing it with the process does no harm. */
public final class Outbox implements EffectListener {
    private final Bell bell;
    private final Map<EffectId, String> progress = new LinkedHashMap<>();
    private Runnable onEnded = () -> {};

    public Outbox() {
        this(new Bell());
    }

    Outbox(Bell bell) {
        this.bell = bell;
    }

    Bell bell() {
        return bell;
    }

    /** Who else wants to know when an effect ended; the watcher does, because the host looks different then. */
    synchronized void onEnded(Runnable listener) {
        onEnded = listener;
    }

    @Override
    public void ended() {
        Runnable listener;
        synchronized (this) {
            listener = onEnded;
        }
        listener.run();
        bell.ring();
    }

    @Override
    public void notBegun(EffectId effect, String why) {
        progress(effect, "not begun yet: " + why);
    }

    /** One sentence about an effect under way; only the last one since the last report is sent. */
    public void progress(EffectId effect, String text) {
        synchronized (this) {
            progress.put(effect, text);
        }
        bell.ring();
    }

    synchronized List<Progress> takeProgress() {
        List<Progress> all = new ArrayList<>();
        progress.forEach((effect, text) -> all.add(new Progress(effect, text)));
        progress.clear();
        return all;
    }

    /** The report did not get through: its words are said again, unless newer ones are there. */
    synchronized void putBack(List<Progress> old) {
        old.forEach(p -> progress.putIfAbsent(p.effect(), p.text()));
    }
}
