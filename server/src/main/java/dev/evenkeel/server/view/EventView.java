package dev.evenkeel.server.view;

import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.RunStore.NumberedNotice;
import dev.evenkeel.server.http.Veil;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Something that happened, as the event stream tells it. */
public record EventView(
        long sequence,
        Instant at,
        String level,
        String type,
        @Nullable String rollout,
        @Nullable String run,
        @Nullable String host,
        @Nullable String vm,
        String text,
        Map<String, String> data) {

    /** What of {@link #data} is about the VM and nothing else. */
    private static final Set<String> OWNERS_DATA =
            Set.of("vm", "tenant", "code", "rollout", "event", "notBefore", "exemption", "until");

    /**
     * The same for the VM's owner: neither hosts nor runs, and a sentence that names neither.
     *
     * @param name what it is about: the VM, or all VMs of a tenant
     */
    public EventView forOwner(Veil veil, String name) {
        Map<String, String> kept = new TreeMap<>(data);
        kept.keySet().retainAll(OWNERS_DATA);
        return new EventView(veil.hide(sequence), at, level, type, rollout, null, null, vm, name + ": " + type, kept);
    }

    public static EventView of(NumberedNotice numbered) {
        Notice notice = numbered.notice();
        String rollout = notice.data().get("rollout");
        String run = notice.run().value();
        boolean ofNoRun = run.equals(rollout) || run.equals(notice.data().get("exemption"));
        return new EventView(
                numbered.sequence(),
                notice.at(),
                notice.level().name(),
                notice.type(),
                rollout,
                ofNoRun ? null : run,
                notice.data().get("host"),
                notice.data().get("vm"),
                notice.text(),
                notice.data());
    }
}
