package dev.evenkeel.server.fleet;

import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.OwnerSettings;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.store.PgOwnerSettings;
import dev.evenkeel.store.PgOwnerSettings.Said;
import dev.evenkeel.store.StoreUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was said of VMs beside their metadata, as this server knows it: at once where it was said here, within seconds where it was
 * said to another server on the same database. Safe for many threads.
 */
public final class OwnersBook {
    private static final Logger LOG = LoggerFactory.getLogger(OwnersBook.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private final PgOwnerSettings kept;
    private final TimeSource time;
    private final Map<VmId, Said> known = new HashMap<>();
    private Instant lookedAt;
    private Instant newest = Instant.EPOCH;

    public OwnersBook(PgOwnerSettings kept, TimeSource time) {
        this.kept = kept;
        this.time = time;
        this.lookedAt = time.now();
        kept.since(Instant.EPOCH.plus(Duration.ofDays(1))).forEach(this::learn);
    }

    /** The VM as it counts. */
    Vm over(Vm vm) {
        return said(vm.id()).map(said -> said.settings().over(vm)).orElse(vm);
    }

    /** What was said of a VM, and by whom last; nothing when nothing is said. */
    public synchronized Optional<Said> said(VmId vm) {
        return Optional.ofNullable(known.get(vm))
                .filter(said -> !said.settings().equals(OwnerSettings.NONE));
    }

    /** The settings of a VM; nothing when nothing is said. */
    public Optional<OwnerSettings> settings(VmId vm) {
        return said(vm).map(Said::settings);
    }

    /** Says something of a VM. */
    public void change(VmId vm, UnaryOperator<OwnerSettings> change, String by) {
        Said said = kept.change(vm, change, by);
        synchronized (this) {
            learn(said);
        }
    }

    /** Reads what others have said, if it is time to. */
    void look() {
        Instant from;
        synchronized (this) {
            if (lookedAt.plus(LOOK_EVERY).isAfter(time.now())) {
                return;
            }
            lookedAt = time.now();
            from = newest;
        }
        try {
            List<Said> changed = kept.since(from);
            synchronized (this) {
                changed.forEach(this::learn);
            }
        } catch (StoreUnavailable e) {
            LOG.debug("what owners say elsewhere cannot be read; what is known goes on", e);
        }
    }

    private void learn(Said said) {
        Said before = known.get(said.vm());
        if (before == null || !before.changedAt().isAfter(said.changedAt())) {
            known.put(said.vm(), said);
        }
        newest = said.changedAt().isAfter(newest) ? said.changedAt() : newest;
    }
}
